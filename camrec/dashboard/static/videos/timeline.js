// The timeline of the player: what was played, the gaps, and the times of day below.

import { h } from "../kit/base.js"
import { timelinePreview } from "./timeline_preview.js"
import { gapMarks, recordedLength } from "./video_format.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { PlayedVideo } from "../wire.js" */

const TICK_SHARES = [0, 0.25, 0.5, 0.75, 1]

/**
 * @param {Locale} locale
 * @param {PlayedVideo} video
 * @param {string} base
 * @param {object} moments
 * @param {(time: number) => void} moments.seek
 * @param {(time: number) => string | undefined} moments.gapText says that there are no frames at this time; undefined: there are
 */
export function timeline(locale, video, base, { seek, gapText }) {
  const length = recordedLength(video)
  const played = h("span", { class: "played" })
  const head = h("span", { class: "head" })
  const line = h("div", {
    class: "line", role: "slider", tabindex: "0", "aria-label": locale.t("videos.timeline"), "aria-valuemin": "0",
  }, h("div", { class: "strip" }, played, gapMarks(video)), head)
  const ticks = h("div", { class: "ticks second figures", "aria-hidden": "true" },
    TICK_SHARES.map((share) => h("span", {}, clockTime(share * length))))
  let isPressed = false

  /** @param {number} time */
  function clockTime(time) {
    return locale.clock(video.started_at + 1000 * time)
  }

  /** @param {PointerEvent} event */
  function timeAt(event) {
    const { left, width } = line.getBoundingClientRect()
    return (length * (event.clientX - left)) / width
  }

  line.append(timelinePreview(line, video, base, { timeAt, describe: (time) => ({ time: clockTime(time), gap: gapText(time) }) }))
  line.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return
    line.setPointerCapture(event.pointerId)
    isPressed = true
    seek(timeAt(event))
  })
  line.addEventListener("pointermove", (event) => isPressed && seek(timeAt(event)))
  for (const event of ["pointerup", "pointercancel"]) {
    line.addEventListener(event, () => {
      isPressed = false
    })
  }

  return {
    element: h("div", { class: "timeline" }, line, ticks),
    /** @param {number} time */
    show(time) {
      const gap = gapText(time)
      const share = `${(100 * Math.min(time / length, 1)).toFixed(3)}%`
      played.style.width = share
      head.style.left = share
      line.setAttribute("aria-valuemax", length.toFixed(2))
      line.setAttribute("aria-valuenow", time.toFixed(2))
      line.setAttribute("aria-valuetext", clockTime(time) + (gap ? `. ${gap}` : ""))
    },
  }
}
