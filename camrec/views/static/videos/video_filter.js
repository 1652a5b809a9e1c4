// Which videos are shown, and in which order: search, camera, order, gaps.

const ORDERS = {
  newest: (one, other) => began(other) - began(one),
  oldest: (one, other) => began(one) - began(other),
  longest: (one, other) => other.duration - one.duration,
  largest: (one, other) => other.size - one.size,
}

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()

let known = new WeakMap() // video -> all that a search can find of it
const forgetWords = () => (known = new WeakMap())

/** All that a search can find of a video: its names, and its date and time as people write them. */
function findable(say, video) {
  if (known.has(video)) return known.get(video)
  const date = new Date(began(video))
  const [year, month, day] = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())]
  const [hour, minute] = [date.getHours(), two(date.getMinutes())]
  const long = new Intl.DateTimeFormat(say.language, { month: "long" }).format(date)
  const words = [
    video.name, video.filename, cameraOf(video), dayName(say, date), say.day(date),
    `${date.getDate()} ${long} ${year}`, `${long} ${date.getDate()}`, `${day}/${month}/${year}`, say.date(date), `${year}-${month}-${day}`,
    say.minute(date), `${hour}h${minute}`, `${two(hour)}h${minute}`, `${hour % 12 || 12}${hour < 12 ? "am" : "pm"}`,
  ]
  known.set(video, plain(words.join("\n")))
  return known.get(video)
}

/**
 * What is looked for: words, and a day with its month ("27 novembre", "november 27") as one. A
 * number is found only where a number begins: 27 is not in 127.0.0.1.
 */
function wantedIn(say, search) {
  const months = Array.from({ length: 12 }, (_, month) =>
    plain(new Intl.DateTimeFormat(say.language, { month: "long" }).format(new Date(2026, month, 1))))
  const isMonth = (word) => word?.length >= 3 && months.some((month) => month.startsWith(word))
  const isDay = (word) => /^\d{1,2}$/.test(word ?? "")
  const words = plain(search).split(/\s+/).filter(Boolean)
  const wanted = []
  while (words.length) {
    const word = words.shift()
    const together = (isDay(word) && isMonth(words[0])) || (isMonth(word) && isDay(words[0]))
    wanted.push(together ? `${word} ${words.shift()}` : word)
  }
  return wanted.map((word) => {
    const written = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
    // The day of a month is whole: "november 2" is not the 27th.
    return new RegExp((/^\d/.test(word) ? "(?<!\\d)" : "") + written + (/ \d+$/.test(word) ? "(?!\\d)" : ""))
  })
}

/** Of `videos` (by file name) those that are chosen, in the order that is. */
function select(say, chosen, videos) {
  const wanted = wantedIn(say, chosen.search)
  const found = [...videos.values()].filter((video) => {
    if (chosen.camera && cameraOf(video) !== chosen.camera) return false
    if (chosen.gaps && video.gaps.length === 0) return false
    return wanted.every((word) => word.test(findable(say, video)))
  })
  return found.sort(ORDERS[chosen.order])
}

/** The camera that a video is of, whatever the video is called now. */
const cameraOf = (video) => video.camera ?? video.name

const cameraNames = (say, videos) =>
  [...new Set([...videos.values()].map(cameraOf))].sort(new Intl.Collator(say.language).compare)

/** Search, camera, order; `change` is called with every choice. */
function choices(say, chosen, change) {
  const choose = (name) => (event) => {
    chosen[name] = event.target.type === "checkbox" ? event.target.checked : event.target.value
    change()
  }
  const select = (name, label, options) =>
    h("label", { class: `choice ${name}` }, h("span", { class: "unseen" }, label),
      h("select", { class: "field", on: { change: choose(name) } },
        options.map(([value, text]) => h("option", { value }, text))),
      icon("chevron-down"))
  const search = h("label", { class: "choice search" }, icon("search"),
    h("span", { class: "unseen" }, say.t("videos.search")),
    h("input", {
      class: "field", type: "search", value: chosen.search, placeholder: say.t("videos.search"),
      autocomplete: "off", on: { input: choose("search") },
    }))
  const camera = select("camera", say.t("videos.camera"), [])
  const order = select("order", say.t("videos.order"), Object.keys(ORDERS).map((name) => [name, say.t(`videos.${name}`)]))
  const gaps = h("label", { class: "choice gaps" },
    h("input", { type: "checkbox", checked: chosen.gaps, on: { change: choose("gaps") } }), say.t("videos.gaps_only"))
  const count = h("p", { class: "count figures", role: "status" })
  order.querySelector("select").value = chosen.order
  let told = "" // the names that can be chosen
  return {
    elements: [search, camera, order, gaps, count],
    /** The names to choose from, and how much is shown; `left` videos are still to be told of. */
    tell(names, videos, left) {
      if (!left && !names.includes(chosen.camera)) chosen.camera = ""
      const field = camera.querySelector("select")
      if (told !== (told = JSON.stringify(names))) {
        const options = [["", say.t("videos.every_camera")], ...names.map((name) => [name, name])]
        fill(field, options.map(([value, text]) => h("option", { value }, text)))
      }
      field.value = chosen.camera
      const size = videos.reduce((sum, video) => sum + video.size, 0)
      fill(count, !left && videos.length ? say.t("videos.count", { count: videos.length, size: say.size(size) }) : "")
    },
    show() {
      search.querySelector("input").value = chosen.search
      gaps.querySelector("input").checked = chosen.gaps
    },
  }
}
