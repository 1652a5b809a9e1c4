// The bar at the bottom: whether all is well, and then the facts.

import { fill, h } from "../kit/base.js"
import { CONNECTION_LOST } from "../kit/events.js"
import { icon } from "../kit/icons.js"
import { lifetime } from "../kit/lifetime.js"
import { createLocale } from "../kit/locale.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { RenderArguments } from "../wire.js" */
/** @typedef {{name: string, recorded: boolean, last: number}} CameraWithoutPicture */
/**
 * @typedef {{
 *   proxies: Record<string, string>, ffmpeg: string | null, free: number, total: number, seconds: number | null,
 *   open: number, most: number, without: CameraWithoutPicture[], left: {count: number, folder: string},
 * }} Health
 */

const UNWELL_STATES = ["backoff", "failed"]
const LOW_DISK_BYTES = 5e9
/** @type {Record<string, string>} */
const PROXIES = { mediamtx: "page.proxy_rtsp", go2rtc: "page.proxy_mjpeg" }

/**
 * Names the cameras without video; only those that are being recorded, if there are any.
 * @param {Locale} locale
 * @param {CameraWithoutPicture[]} without
 */
function missingPictures(locale, without) {
  if (without.length === 0) return null
  const { recorded } = without[0]
  const same = without.filter((each) => each.recorded === recorded)
  const facts = { count: same.length, name: same.map((each) => each.name).join(", "), time: locale.clock(same[0].last) }
  return locale.t(recorded ? "page.recorded_without_picture" : "page.without_picture", facts)
}

/**
 * Says that the disk is nearly full, unless a camera that is being recorded has no video, which is worse.
 * @param {Locale} locale
 * @param {Health} health
 */
function lowDisk(locale, { free, seconds, without }) {
  if (free >= LOW_DISK_BYTES || without.some((each) => each.recorded)) return null
  const facts = { size: locale.size(free), length: seconds === null ? "" : locale.length(seconds) }
  return locale.t(seconds === null ? "page.disk_low_plain" : "page.disk_low", facts)
}

/**
 * The worst problem; null: all is well.
 * @param {Locale} locale
 * @param {Health} health
 * @param {boolean} isCutOff
 */
function trouble(locale, health, isCutOff) {
  const { proxies, ffmpeg, without, left } = health
  if (isCutOff) return locale.t("page.no_link")
  const unwell = Object.keys(PROXIES).find((name) => UNWELL_STATES.includes(proxies[name]))
  if (unwell) return locale.t(proxies[unwell] === "failed" ? "page.proxy_failed" : "page.proxy_unwell", { proxy: locale.t(PROXIES[unwell]) })
  if (ffmpeg === null) return locale.t("page.ffmpeg_missing")
  return lowDisk(locale, health) ?? missingPictures(locale, without) ?? (left.count ? locale.t("page.left_behind", left) : null)
}

/** @param {RenderArguments<{facts: Health}>} _ */
export function render({ model, view }) {
  const life = lifetime(model, view)
  const bar = h("footer", { class: "bar" })
  let isCutOff = false

  /**
   * @param {string} label
   * @param {string | null} state
   * @param {boolean} isWell
   */
  const part = (label, state, isWell) => h("span", { class: "part wide" }, h("i", { class: isWell ? "dot" : "dot idle" }), label, h("span", {}, state))

  function draw() {
    const locale = createLocale(model.texts)
    const { proxies, ffmpeg, free, total, seconds, open, most } = model.facts
    const facts = { size: locale.size(free), length: seconds === null ? "" : locale.length(seconds) }
    const wrong = trouble(locale, model.facts, isCutOff)
    bar.className = wrong ? "bar unwell" : "bar"
    bar.setAttribute("aria-label", locale.t("page.health"))
    fill(bar,
      h("span", { class: "verdict", role: "status" }, icon(wrong ? "warning" : "check", 18), h("span", {}, wrong ?? locale.t("page.all_well"))),
      wrong
        ? wrong === lowDisk(locale, model.facts) ? h("a", { href: "#videos" }, locale.t("page.free_some")) : null
        : [Object.entries(PROXIES).map(([name, label]) => part(locale.t(label), locale.t(`page.proxy_is_${proxies[name]}`), proxies[name] === "ready")),
            part(locale.t("page.ffmpeg"), ffmpeg, true)],
      h("span", { class: "space" }),
      h("span", { class: "middle figures" }, locale.t("page.open_of", { count: open, most })),
      h("span", { class: "disk figures" }, icon("disk", 18),
        h("span", { class: "meter middle" }, h("i", { style: { width: `${100 * (1 - free / total)}%` } })),
        h("b", {}, locale.t("page.free", facts)),
        wrong || seconds === null ? null : h("span", { class: "middle" }, locale.t("page.free_length", facts))))
  }

  life.watch(["texts", "facts"], draw)
  life.on(window, CONNECTION_LOST, () => {
    isCutOff = true
    draw()
  })
  draw()
  return bar
}
