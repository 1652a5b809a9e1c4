// The videos as cards: one row of the newest, or all of them by day. In front of it: videos.js,
// card.js and choices.js.

const CARD = 196 // px, the narrowest card of the row
const GAP = 16
const FEW = 60 // cards made at once; more when the end of the page comes near

/** The newest videos in one row that never wraps; nothing at all while there are none. */
function latest(model, life, root) {
  const heading = h("header")
  const row = h("div", { class: "row" })
  root.append(heading, row)
  const fitting = () => {
    const wide = row.clientWidth
    return matchMedia("(width < 640px)").matches ? 9 : Math.max(1, Math.floor((wide + GAP) / (CARD + GAP)))
  }
  const draw = () => {
    const say = words(model.texts)
    root.hidden = model.videos.length === 0
    fill(heading,
      h("h2", { class: "heading" }, say.t("videos.latest")),
      h("a", { class: "button link", href: "#videos" }, say.t("videos.all", { count: model.videos.length })))
    const cards = fitting()
    row.style.setProperty("--cards", cards)
    fill(row, model.videos.slice(0, cards).map((video) => card(say, video, model.base, null)))
  }
  const watching = new ResizeObserver(() => {
    if (row.style.getPropertyValue("--cards") !== String(fitting())) draw()
  })
  watching.observe(row)
  life.add(() => watching.disconnect())
  return { speak: draw, draw }
}

/** Every video that is chosen, under the headings of its days. */
function all(model, life, root) {
  const deleted = () => {
    if (root.getRootNode().activeElement === null) bar.querySelector("input")?.focus()
  }
  const ask = deletion(model, life, root, { deleted })
  const chosen = { search: "", camera: "", order: "newest", gaps: false }
  const bar = h("search", { class: "bar" })
  const list = h("div", { class: "list" })
  const end = h("div", { class: "end", "aria-hidden": "true" })
  root.append(bar, list, end)
  let say = null
  let controls = null
  let cards = new Map() // file name -> its card, with what it was made from
  let few = FEW

  const cardOf = (video) => {
    const made = JSON.stringify(video)
    const known = cards.get(video.filename)
    return known?.made === made ? known : { made, element: card(say, video, model.base, ask) }
  }

  const selected = () => {
    const wanted = plain(chosen.search).split(/\s+/).filter(Boolean)
    const found = model.videos.filter((video) => {
      if (chosen.camera && video.name !== chosen.camera) return false
      if (chosen.gaps && video.gaps.length === 0) return false
      if (wanted.length === 0) return true
      const text = findable(say, video)
      return wanted.every((word) => text.includes(word))
    })
    return found.sort(ORDERS[chosen.order])
  }

  const clear = () => {
    Object.assign(chosen, { search: "", camera: "", gaps: false })
    controls.show()
    draw()
    bar.querySelector("input").focus()
  }

  const nothing = () => {
    const search = chosen.search.trim()
    const title = search ? say.t("videos.nothing_found", { search }) : say.t("videos.nothing_chosen")
    return h("div", { class: "nothing" }, h("h2", {}, title), button({ label: say.t("videos.clear"), on: clear }))
  }

  const empty = () =>
    h("div", { class: "nothing" },
      h("div", { class: "frames", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
      h("h2", {}, say.t("videos.empty")),
      h("p", {}, say.t("videos.empty_hint")),
      h("a", { class: "button main", href: "#live" }, say.t("videos.go_live")))

  /** [heading or null, videos], in the order shown. */
  const days = (videos) => {
    if (!["newest", "oldest"].includes(chosen.order)) return videos.length ? [[null, videos]] : []
    const grouped = new Map()
    for (const video of videos) {
      const day = midnight(began(video))
      if (!grouped.has(day)) grouped.set(day, [])
      grouped.get(day).push(video)
    }
    return [...grouped].map(([day, those]) => [dayName(say, day), those])
  }

  /** A deleted card takes the focus with it: the one in its place gets it. */
  const keepingFocus = (change) => {
    const focused = root.getRootNode().activeElement
    const at = [...list.querySelectorAll(".card")].indexOf(focused?.closest(".card"))
    change()
    if (at < 0) return
    const now = list.querySelectorAll(".card")
    if (focused.isConnected) focused.focus({ preventScroll: true })
    else (now[Math.min(at, now.length - 1)]?.querySelector("a") ?? bar.querySelector("input")).focus({ preventScroll: true })
  }

  const draw = () => keepingFocus(() => {
    bar.hidden = model.videos.length === 0
    if (model.videos.length === 0) return void fill(list, empty())
    const videos = selected()
    controls.tell([...new Set(model.videos.map((video) => video.name))].sort(new Intl.Collator(say.language).compare), videos)
    if (videos.length === 0) return void fill(list, nothing())
    const made = new Map()
    fill(list, days(videos.slice(0, few)).map(([heading, those]) =>
      h("section", {},
        heading && h("h2", { class: "heading" }, heading),
        h("div", { class: "grid" }, those.map((video) => {
          made.set(video.filename, cardOf(video))
          return made.get(video.filename).element
        })))))
    cards = made
  })

  const again = () => {
    few = FEW
    draw()
  }

  const speak = () => {
    say = words(model.texts)
    cards = new Map()
    controls = choices(say, chosen, again)
    fill(bar, controls.elements)
    draw()
  }

  const near = new IntersectionObserver((seen) => {
    if (!seen.some((each) => each.isIntersecting) || few >= model.videos.length) return
    few += FEW
    draw()
    near.unobserve(end)
    near.observe(end) // asks again: the end may still be in sight
  }, { rootMargin: "800px" })
  near.observe(end)
  life.add(() => near.disconnect())
  return { speak, draw }
}

export function render({ model, view }) {
  const life = lifetime(model, view)
  const root = h("section", { class: `library ${model.mode}` })
  const { speak, draw } = (model.mode === "latest" ? latest : all)(model, life, root)
  life.watch(["videos"], draw)
  life.watch(["texts"], speak)
  let today = midnight(Date.now())
  life.every(60_000, () => {
    if (today === midnight(Date.now())) return
    today = midnight(Date.now())
    speak() // "Today" has become yesterday
  })
  speak()
  return root
}
