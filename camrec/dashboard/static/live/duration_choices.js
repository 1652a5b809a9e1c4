// How long a recording is to be: the usual durations, any other one as a number and its unit, and what the
// button that records says of it.

import { h } from "../kit/base.js"
import { segmentedControl } from "../kit/segmented_control.js"

/** @import { Attributes } from "../kit/base.js" */
/** @import { Locale } from "../kit/locale.js" */
/** @typedef {{number: string, unit: string}} CustomDuration */

const DURATIONS_S = [60, 300, 3600, 5400, 7200]
const DEFAULT_DURATION_S = 300
const ENDLESS = "endless"
/** Seconds of each video of a recording without an end; there must be room for one. */
const ENDLESS_VIDEO_S = 3600
export const MAX_DURATION_S = 86_400
/** @type {Record<string, number>} */
const UNITS_S = { seconds: 1, minutes: 60, hours: 3600 }

/**
 * The last choice in this tab. `seconds` null: until it is stopped.
 * @param {string} owner a session, or "all"
 * @returns {{seconds: number | null, custom: CustomDuration | null}}
 */
export function rememberedDuration(owner) {
  const stored = sessionStorage.getItem(`camrec.length.${owner}`)
  if (stored === ENDLESS) return { seconds: null, custom: null }
  const seconds = Number(stored)
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_DURATION_S) return { seconds: DEFAULT_DURATION_S, custom: null }
  if (DURATIONS_S.includes(seconds)) return { seconds, custom: null }
  const unit = ["hours", "minutes"].find((name) => seconds % UNITS_S[name] === 0) ?? "seconds"
  return { seconds, custom: { number: String(seconds / UNITS_S[unit]), unit } }
}

/**
 * @param {string} owner
 * @param {number | null} seconds
 */
function rememberDuration(owner, seconds) {
  if (seconds === null || !Number.isNaN(seconds)) sessionStorage.setItem(`camrec.length.${owner}`, String(seconds ?? ENDLESS))
}

/**
 * The duration in seconds; NaN if it makes no sense.
 * @param {CustomDuration} custom
 */
export function secondsOf({ number, unit }) {
  const seconds = Math.round(Number(number.replace(",", ".")) * UNITS_S[unit])
  return seconds >= 1 && seconds <= MAX_DURATION_S ? seconds : NaN
}

/**
 * A field for a number and one for its unit.
 * @param {Locale} locale
 * @param {CustomDuration | null} custom
 * @param {(custom: CustomDuration) => void} changed
 */
function customFields(locale, custom, changed) {
  const number = h("input", { class: "field figures", inputmode: "decimal", value: custom?.number ?? "10", "aria-label": locale.t("page.other_number") })
  const unit = h("select", { class: "field", "aria-label": locale.t("page.unit") },
    Object.keys(UNITS_S).map((name) => h("option", { value: name }, locale.t(`page.unit_${name}`))))
  unit.value = custom?.unit ?? "minutes"
  const report = () => changed({ number: number.value, unit: unit.value })
  number.addEventListener("input", report)
  unit.addEventListener("change", report)
  const choose = () => {
    report()
    number.select()
  }
  return { element: h("div", { class: "other" }, number, unit), choose }
}

/**
 * The choice of one owner, which remains when it is drawn again.
 * @param {string} owner a session, or "all"
 */
export function durationChoice(owner) {
  let { seconds, custom } = rememberedDuration(owner) // `custom` while "Other…" is chosen
  const chosenSeconds = () => (custom === null ? seconds : secondsOf(custom))
  return {
    /** null: until it is stopped; NaN: the custom duration makes no sense. */
    seconds: chosenSeconds,
    /**
     * `choices` is the row; `fields` are the fields of a custom duration.
     * @param {Locale} locale
     * @param {string} group unique on the page
     * @param {() => void} changed
     * @param {Attributes} [attributes] of the row
     */
    draw(locale, group, changed, attributes) {
      const fields = customFields(locale, custom, (typed) => {
        custom = typed
        update()
      })
      const update = () => {
        fields.element.hidden = custom === null
        rememberDuration(owner, chosenSeconds())
        changed()
      }
      /** @param {number | null} chosen */
      const choose = (chosen) => () => {
        seconds = chosen
        custom = null
        update()
      }
      const choices = segmentedControl(group, locale.t("page.length"), [
        ...DURATIONS_S.map((each) => ({ label: locale.length(each), checked: custom === null && each === seconds, on: choose(each) })),
        { label: "∞", name: locale.t("page.endless"), checked: custom === null && seconds === null, on: choose(null) },
        { label: locale.t("page.other_length"), checked: custom !== null, on: fields.choose },
      ], attributes)
      fields.element.hidden = custom === null
      return { choices, fields: fields.element }
    },
  }
}

/**
 * The space on the disk: `maxSeconds` of recording fit; the rate is in bits per second (0: not known).
 * @typedef {{maxSeconds: number, bitRate: number, roomBytes: number, freeBytes: number}} Capacity
 */

/**
 * What a button that records says and does, and the line under it. `seconds` 0: nothing can be recorded; null: until
 * it is stopped.
 * @param {Locale} locale
 * @param {number | null} chosen null: until it is stopped; NaN: it makes no sense
 * @param {number} now in milliseconds
 * @param {Capacity} capacity
 * @param {(length: string | null, isShortened: boolean) => string} label
 * @param {number | null} startsAt in milliseconds; null: now
 */
export function recordOffer(locale, chosen, now, { maxSeconds, bitRate, roomBytes, freeBytes }, label, startsAt = null) {
  const plain = locale.t("page.record_plain")
  const seconds = chosen ?? ENDLESS_VIDEO_S
  const size = locale.size((seconds * bitRate) / 8)
  if (Number.isNaN(seconds)) return { seconds: 0, label: plain, hint: locale.t("page.bad_length"), isShort: false }
  if (maxSeconds < 1) {
    return { seconds: 0, label: plain, hint: locale.t("page.nothing_fits", { free: locale.size(freeBytes) }), isShort: true }
  }
  if (seconds > maxSeconds) {
    const fitting = maxSeconds >= 120 ? Math.floor(maxSeconds / 60) * 60 : maxSeconds
    const hint = locale.t("page.will_not_fit", { length: locale.length(seconds), size, free: locale.size(roomBytes) })
    return { seconds: fitting, label: label(locale.length(fitting), true), hint, isShort: true }
  }
  if (chosen === null) {
    return { seconds: null, label: label(null, false), hint: locale.t(bitRate > 0 ? "page.hint_endless" : "page.hint_endless_plain", { size }), isShort: false }
  }
  const time = locale.minute((startsAt ?? now) + seconds * 1000)
  if (startsAt !== null) {
    const start = locale.minute(startsAt)
    const hint = bitRate > 0 ? locale.t("page.hint_from", { size, start, time }) : locale.t("page.hint_from_plain", { start, time })
    return { seconds, label: label(locale.length(seconds), false), hint, isShort: false }
  }
  const hint = bitRate > 0 ? locale.t("page.hint", { size, time }) : locale.t("page.hint_time", { time })
  return { seconds, label: label(locale.length(seconds), false), hint, isShort: false }
}
