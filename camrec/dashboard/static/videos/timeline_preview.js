// The frame at the time of the timeline that the pointer is over.

import { fill, h } from "../kit/base.js"
import { serverUrl, urlPart } from "../kit/route.js"

/** @import { PlayedVideo } from "../wire.js" */

const WIDTH_PX = 240
const MARGIN_PX = 128 // from the middle of the preview to the edge of the timeline

/**
 * Shown above the timeline. One frame is requested at a time; those that the pointer has passed are not.
 * @param {HTMLElement} timeline
 * @param {PlayedVideo} video
 * @param {string} base
 * @param {object} moments
 * @param {(event: PointerEvent) => number} moments.timeAt seconds
 * @param {(time: number) => {time: string, gap: string | undefined}} moments.describe the text below the frame
 */
export function timelinePreview(timeline, video, base, { timeAt, describe }) {
  const picture = h("img", { alt: "", width: WIDTH_PX, style: { "aspect-ratio": `${video.width || 16} / ${video.height || 9}` } })
  const time = h("strong", { class: "figures" })
  const gap = h("span", { class: "gap" })
  const box = h("figure", { class: "peek", hidden: true, "aria-hidden": "true" }, picture, h("figcaption", {}, time, gap))
  /** @type {number | null} */
  let wanted = null // seconds
  /** @type {number | null} */
  let loading = null // seconds of the frame that is loading

  function load() {
    if (loading !== null || wanted === null) return
    loading = wanted
    picture.src = serverUrl(`videos/${urlPart(video.filename)}/preview?at=${loading.toFixed(2)}`, base)
  }

  /** @param {boolean} isThere */
  function loaded(isThere) {
    picture.classList.toggle("none", !isThere)
    const isAnotherWanted = wanted !== loading
    loading = null
    if (isAnotherWanted) load()
  }

  /** @param {PointerEvent} event */
  function follow(event) {
    const { left, width } = timeline.getBoundingClientRect()
    const margin = Math.min(MARGIN_PX, width / 2)
    wanted = Math.min(Math.max(timeAt(event), 0), video.duration)
    const described = describe(wanted)
    fill(time, described.time)
    fill(gap, described.gap ?? "")
    gap.hidden = !described.gap
    box.style.left = `${Math.min(Math.max(event.clientX - left, margin), width - margin)}px`
    box.hidden = false
    load()
  }

  function leave() {
    box.hidden = true
    wanted = null
  }

  picture.addEventListener("load", () => loaded(true))
  picture.addEventListener("error", () => loaded(false))
  timeline.addEventListener("pointermove", follow)
  timeline.addEventListener("pointerleave", leave)
  timeline.addEventListener("pointercancel", leave)
  timeline.addEventListener("pointerup", (event) => {
    if (event.pointerType !== "mouse") box.hidden = true
  })
  return box
}
