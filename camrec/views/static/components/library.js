// Every video that is chosen, under the headings of its days. In front of it: videos.js, card.js,
// choices.js (which are shown), column.js (what of them stands in the document), picked.js, listkeys.js.

const CARD = 208 // px, the narrowest card
const GAP = 16
const HEADING = 31 // px, with the distance to its cards
const BETWEEN = 18 // px between two days
const FOOT = 76 // px of a card that are not its picture

export function render({ model, view }) {
  const life = lifetime(model, view)
  const bar = h("search", { class: "bar" })
  const list = h("div", { class: "list" })
  const root = h("section", { class: "library everything" }, bar)
  const videos = new Map() // file name -> video; the newest are told first
  let left = null // how many camrec has still to tell of; null: it was not asked
  let found = [] // those that are shown, in their order
  let say = null
  let controls = null

  const chosen = { search: "", camera: "", order: "newest", gaps: false }
  const cards = column(life, list)
  const deleted = () => {
    if (root.getRootNode().activeElement === null) bar.querySelector("input")?.focus()
  }
  const ask = deletion(model, life, root, { deleted })
  const lock = (those, locked) => model.send_msg({ do: "lock", filenames: those.map((each) => each.filename), locked })
  const picks = picked(model, {
    ask, lock, shown: () => found.map((video) => video.filename), video: (filename) => videos.get(filename), changed: () => mark(),
  })
  root.append(picks.bar, list)

  const cardOf = (video, place) => {
    const element = card(say, video, model.base, {
      ask, picked: picks.has(video.filename), pick: (on, range) => picks.pick(video.filename, on, range),
    })
    element.setAttribute("aria-posinset", place)
    element.setAttribute("aria-setsize", found.length)
    return element
  }

  /** The marks of the cards that stand in the document, as they are picked now. */
  const mark = () => {
    for (const box of list.querySelectorAll(".pick input")) box.checked = picks.has(box.closest(".card").dataset.file)
    list.classList.toggle("picking", picks.size() > 0)
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

  /** Where everything lies: {items, height}, as column.js takes them. */
  const places = () => {
    const wide = list.clientWidth
    const across = Math.max(1, Math.floor((wide + GAP) / (CARD + GAP)))
    const width = (wide - GAP * (across - 1)) / across
    const height = Math.round((width - 2) * (8 / 15)) + FOOT
    const byDay = ["newest", "oldest"].includes(chosen.order)
    const items = []
    let [top, at, day] = [0, 0, null] // `at`: the place in its row of the next card
    found.forEach((video, place) => {
      const its = byDay ? midnight(began(video)) : 0
      if (byDay && its !== day) {
        if (day !== null) top += height + BETWEEN
        items.push({
          key: `/${its}`, fixed: true, made: say, top, left: 0, width: wide, height: HEADING,
          make: () => h("h2", { class: "heading" }, dayName(say, its)),
        })
        top += HEADING
        at = 0
      } else if (at === across) {
        top += height + GAP
        at = 0
      }
      day = its
      items.push({
        key: video.filename, made: video, top, left: at * (width + GAP), width, height, make: () => cardOf(video, place + 1),
      })
      at += 1
    })
    return { items, height: found.length ? top + height + BETWEEN : 0 }
  }

  /** A deleted card takes the focus with it: the one in its place gets it. */
  const keepingFocus = (change) => {
    const focused = root.getRootNode().activeElement
    const key = focused?.closest(".card")?.dataset.file
    const at = key === undefined ? -1 : found.findIndex((video) => video.filename === key)
    change()
    if (at < 0 || focused.isConnected) return
    const next = found[Math.min(at, found.length - 1)]
    const place = next && cards.reveal(next.filename)?.querySelector("a")
    ;(place ?? bar.querySelector("input")).focus({ preventScroll: true })
  }

  const draw = () => keepingFocus(() => {
    const drawn = list.querySelector(".nothing")
    drawn?.remove()
    bar.hidden = model.count === 0
    found = select(say, chosen, videos)
    if (videos.size > 0) controls.tell(cameraNames(say, videos), found, left)
    const { items, height } = list.clientWidth ? places() : { items: [], height: 0 }
    cards.show(items, height)
    mark()
    picks.draw(say)
    if (found.length > 0 || left === null || left > 0) return
    list.style.height = "auto"
    list.append(videos.size === 0 ? empty() : nothing())
  })

  /** Another choice: from the top on. */
  const again = () => {
    const { top } = root.getBoundingClientRect()
    if (top < 0) scrollBy(0, top - 80)
    draw()
  }

  const speak = () => {
    say = words(model.texts)
    forgetWords()
    for (const [filename, video] of videos) videos.set(filename, { ...video }) // each card is made anew
    controls = choices(say, chosen, again)
    fill(bar, controls.elements)
    draw()
  }

  const hear = (told) => {
    if (told.answered === "lock") return picks.problem(told.problem)
    if (told.come === undefined) return
    for (const filename of told.gone) videos.delete(filename)
    for (const video of JSON.parse(told.come)) videos.set(video.filename, video)
    left = told.left
    picks.gone(told.gone)
    draw()
  }

  // Cards come when they are looked at; a page that only shows cameras is told of no other video.
  const watching = new ResizeObserver(() => {
    if (list.clientWidth === 0) return
    if (left === null) {
      left = model.count
      model.send_msg({ do: "list" })
    }
    draw()
  })
  watching.observe(list)
  life.add(() => watching.disconnect())
  life.watch(["texts"], speak)
  life.watch(["count"], draw)
  life.watch("msg:custom", hear)
  onNewDay(life, speak)
  speak()
  listKeys(life, root, { cards, picks, ask, video: (filename) => videos.get(filename), ends: () => [found[0], found.at(-1)] })
  return root
}
