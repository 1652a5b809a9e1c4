// The recording that runs: its timer, its bar with the gaps, and its size.

import { button, fill, h } from "../kit/base.js"
import { icon } from "../kit/icons.js"
import { NBSP } from "../kit/locale.js"
import { pressTime } from "./press_moment.js"
import { totalGap, withGrowingGap } from "./recording_gaps.js"

/** @import { Gap, Recording } from "../wire.js" */
/** @import { CameraModel } from "./camera_model.js" */

const EXTENSION_S = 600

/**
 * @param {HTMLElement} element
 * @param {CameraModel<any>} camera
 * @param {object} options
 * @param {HTMLElement | null} options.problem
 * @param {HTMLElement | null} options.tools
 * @param {((timeStamp: number) => void) | null} options.mark
 * @param {boolean} options.canExtend
 * @param {() => number} options.changedAt time of the latest news of this camera
 * @returns {() => void} to be called regularly
 */
export function recordingProgress(element, camera, { problem, tools, mark, canExtend, changedAt }) {
  const { locale, live, model } = camera
  /** @type {Recording} */
  const { duration, started_at: startedAt, ends_at: endsAt } = model.session.recording
  const [dot, timer, left] = [h("i"), h("span", { class: "timer figures" }), h("b")]
  const written = h("p", { class: "second figures written-line" })
  const waiting = h("p", { class: "waiting-line", hidden: true }, icon("clock", 18), locale.t("page.waiting_camera"))
  const strip = h("div", {
    class: "strip", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": duration, "aria-label": locale.t("page.state_recording"),
  })
  /** @param {string} text */
  const withPlan = (text) => (model.session.recording.plan_id === null ? text : `${text} · ${locale.t("page.by_plan")}`)
  const started = locale.minute(startedAt)
  const ends = h("p", { class: "ends second figures" }, duration === null
    ? h("span", {}, withPlan(locale.t("page.since_until_stopped", { time: started })))
    : [h("span", {}, started), left, endsAt === null ? null : h("span", {}, locale.minute(endsAt))])
  const bar = [duration === null ? null : strip, ends]
  fill(element,
    h("div", { class: "timer-row" },
      h("span", { class: "count" }, dot, timer,
        duration === null ? null : h("span", { class: "second figures" }, withPlan(locale.t("page.of_length", { length: locale.length(duration) })))),
      button({ label: locale.t("page.stop_and_save"), icon: "stop", on: () => camera.ask("stop") })),
    mark ? h("div", { class: "strip-row" }, h("div", {}, bar), markButton(camera, mark)) : bar,
    h("div", { class: "beside" }, problem ?? written, tools, canExtend && endsAt !== null ? extendButton(camera) : null), waiting)

  let elapsed = 0 // stands still while it is not known whether the recording continues

  /**
   * @param {Gap[]} gaps
   * @param {number} length of the recording
   */
  function drawStrip(gaps, length) {
    /** @param {number} value */
    const percent = (value) => `${(100 * value) / length}%`
    strip.setAttribute("aria-valuenow", String(Math.floor(elapsed)))
    strip.setAttribute("aria-valuetext", locale.t("page.progress", { elapsed: locale.length(elapsed), length: locale.length(length) }))
    fill(strip, h("i", { class: "written", style: { left: 0, width: percent(elapsed) } }),
      gaps.map((gap) => h("i", { class: "missing", style: { left: percent(gap.start), width: percent(gap.duration) } })))
  }

  /**
   * @param {Gap[]} gaps
   * @param {number} bitRate
   */
  function drawWritten(gaps, bitRate) {
    const size = writtenBytes(camera, bitRate, (performance.now() - changedAt()) / 1000)
    const facts = { count: gaps.length, length: locale.length(Math.max(1, totalGap(gaps))) }
    const count = model.session.recording.marks
    fill(written, size === null ? null : `${locale.size(size)} · `, `${locale.rate(bitRate)} · `,
      count ? `${locale.t("page.marks", { count })} · ` : null,
      gaps.length ? h("b", { class: "gaps" }, locale.t("page.gaps", facts)) : locale.t("page.no_gap"))
  }

  return () => {
    const isKnown = !camera.isLost() // if camrec does not answer, gaps are not known
    if (isKnown || elapsed === 0) elapsed = Math.min(Math.max(0, (camera.now() - startedAt) / 1000), duration ?? Infinity)
    const isAway = camera.state() === "stale" && isKnown
    const gaps = isAway ? withGrowingGap(model.session.recording.gaps, elapsed, live.age() ?? 0) : model.session.recording.gaps
    dot.className = isAway || !isKnown ? "ring" : "dot pulse"
    timer.textContent = locale.timer(elapsed)
    waiting.hidden = !isAway
    if (duration !== null) {
      left.textContent = locale.t("page.left", { length: locale.left(Math.max(0, duration - elapsed)) })
      drawStrip(gaps, duration)
    }
    if (isKnown && live.facts() !== null) drawWritten(gaps, isAway ? 0 : (live.facts()?.bit_rate ?? 0))
    else fill(written, isKnown ? NBSP : locale.t("page.no_link"))
  }
}

/** @param {CameraModel<any>} camera */
function extendButton({ locale, model, ask }) {
  const length = locale.length(EXTENSION_S)
  return button({
    label: `+${length}`, kind: "link", class: "extend", title: locale.t("page.extend", { length }), "aria-label": `+${length}: ${locale.t("page.extend", { length })}`,
    on: () => ask("extend", { recording_id: model.session.recording.recording_id, seconds: EXTENSION_S }),
  })
}

/**
 * @param {CameraModel<any>} camera
 * @param {(timeStamp: number) => void} mark
 */
function markButton({ locale }, mark) {
  const press = pressTime()
  const title = `${locale.t("page.mark_this")} (m)`
  const element = button({ label: locale.t("page.mark"), icon: "flag", class: "mark-it", title, on: (click) => mark(press.of(click)) })
  for (const [event, listener] of Object.entries(press.listeners)) element.addEventListener(event, listener)
  return element
}

/**
 * Bytes on the disk: as the stream reports, or the last known size and what was sent since; null: not known.
 * @param {CameraModel<any>} camera
 * @param {number} bitRate
 * @param {number} seconds since the latest facts
 * @returns {number | null}
 */
function writtenBytes({ live, model }, bitRate, seconds) {
  const facts = live.facts()
  if (facts?.recorded != null) return facts.recorded
  // H.264 is copied into the file; anything else is encoded again, and takes less space.
  return facts?.video_codec === "h264" ? model.session.recording.bytes + (bitRate / 8) * seconds : null
}
