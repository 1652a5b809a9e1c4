// The newest videos in one row that never wraps. Without videos it is empty.

import { fill, h } from "../kit/base.js"
import { lifetime } from "../kit/lifetime.js"
import { createLocale } from "../kit/locale.js"
import { onNewDay } from "../kit/new_day.js"
import { videoCard } from "../videos/video_card.js"

/** @import { RenderArguments, Video } from "../wire.js" */

const MIN_CARD_PX = 196
const GAP_PX = 16
const NARROW = "(width < 640px)" // on such a screen the row scrolls
const CARDS_IF_NARROW = 9

/** @param {RenderArguments<{count: number, videos: Video[]}>} _ */
export function render({ model, view }) {
  const life = lifetime(model, view)
  const heading = h("header")
  const row = h("div", { class: "row" })
  const root = h("section", { class: "library newest" }, heading, row)

  function fittingCards() {
    if (matchMedia(NARROW).matches) return CARDS_IF_NARROW
    return Math.max(1, Math.floor((row.clientWidth + GAP_PX) / (MIN_CARD_PX + GAP_PX)))
  }

  function draw() {
    const locale = createLocale(model.texts)
    root.hidden = model.count === 0
    fill(heading,
      h("h2", { class: "heading" }, locale.t("videos.latest")),
      h("a", { class: "button link", href: "#videos" }, locale.t("videos.all", { count: model.count })))
    const cards = fittingCards()
    row.style.setProperty("--cards", String(cards))
    fill(row, model.videos.slice(0, cards).map((video) => videoCard(locale, video, model.base)))
  }

  life.onResize(row, () => {
    if (row.style.getPropertyValue("--cards") !== String(fittingCards())) draw()
  })
  life.watch(["videos", "count", "texts"], draw)
  onNewDay(life, draw)
  draw()
  return root
}
