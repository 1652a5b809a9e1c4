// The newest videos in one row that never wraps; nothing at all while there are none. In front of it:
// videos.js and card.js.

const CARD = 196 // px, the narrowest card
const GAP = 16

export function render({ model, view }) {
  const life = lifetime(model, view)
  const heading = h("header")
  const row = h("div", { class: "row" })
  const root = h("section", { class: "library newest" }, heading, row)

  const fitting = () => {
    const wide = row.clientWidth
    return matchMedia("(width < 640px)").matches ? 9 : Math.max(1, Math.floor((wide + GAP) / (CARD + GAP)))
  }

  const draw = () => {
    const say = words(model.texts)
    root.hidden = model.count === 0
    fill(heading,
      h("h2", { class: "heading" }, say.t("videos.latest")),
      h("a", { class: "button link", href: "#videos" }, say.t("videos.all", { count: model.count })))
    const cards = fitting()
    row.style.setProperty("--cards", cards)
    fill(row, model.videos.slice(0, cards).map((video) => card(say, video, model.base)))
  }

  const watching = new ResizeObserver(() => {
    if (row.style.getPropertyValue("--cards") !== String(fitting())) draw()
  })
  watching.observe(row)
  life.add(() => watching.disconnect())
  life.watch(["videos", "count", "texts"], draw)
  onNewDay(life, draw)
  draw()
  return root
}
