// The positions of the library's cards: in rows under the headings of their days.

import { dayName, startOfDay } from "./video_format.js"
import { h } from "../kit/base.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { Video } from "../wire.js" */
/** @import { Item } from "./virtual_list.js" */

const MIN_CARD_PX = 208
const GAP_PX = 16
const HEADING_PX = 31 // with the space below
const DAY_GAP_PX = 18
const CARD_FOOT_PX = 76 // below the thumbnail
const PICTURE_RATIO = 8 / 15
const BORDERS_PX = 2

/**
 * @param {Locale} locale
 * @param {Video[]} videos
 * @param {object} options
 * @param {number} options.width of the list
 * @param {boolean} options.byDay
 * @param {(video: Video, position: number) => HTMLElement} options.makeCard `position` counts from 1
 * @returns {{items: Item[], height: number}}
 */
export function cardLayout(locale, videos, { width: listWidth, byDay, makeCard }) {
  if (listWidth === 0) return { items: [], height: 0 }
  const columns = Math.max(1, Math.floor((listWidth + GAP_PX) / (MIN_CARD_PX + GAP_PX)))
  const width = (listWidth - GAP_PX * (columns - 1)) / columns
  const height = Math.round((width - BORDERS_PX) * PICTURE_RATIO) + CARD_FOOT_PX
  /** @type {Item[]} */
  const items = []
  let top = 0
  let column = 0 // where the next card goes
  /** @type {number | null} */
  let currentDay = null

  /** @param {number} day */
  function startDay(day) {
    if (currentDay !== null) top += height + DAY_GAP_PX
    items.push({
      key: `/${day}`, isHeading: true, version: locale, top, left: 0, width: listWidth, height: HEADING_PX,
      make: () => h("h2", { class: "heading" }, dayName(locale, day)),
    })
    top += HEADING_PX
    column = 0
  }

  videos.forEach((video, index) => {
    const day = byDay ? startOfDay(video.started_at) : 0
    if (byDay && day !== currentDay) {
      startDay(day)
    } else if (column === columns) {
      top += height + GAP_PX
      column = 0
    }
    currentDay = day
    items.push({
      key: video.filename, version: video, top, left: column * (width + GAP_PX), width, height, make: () => makeCard(video, index + 1),
    })
    column += 1
  })
  return { items, height: videos.length ? top + height + DAY_GAP_PX : 0 }
}
