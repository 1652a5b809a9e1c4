// What is known about a camera's clock, in words.

import { NBSP } from "../kit/locale.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { ClockFields } from "../wire.js" */

const MAX_SHOWN_MS = 1000

/**
 * "45 ms", "3.7 s", "2 h".
 * @param {Locale} locale
 * @param {number} seconds
 */
function shortTime(locale, seconds) {
  if (seconds * 1000 < MAX_SHOWN_MS) return `${Math.max(1, Math.round(seconds * 1000))}${NBSP}ms`
  return seconds < 10 ? `${locale.number(seconds, 1)}${NBSP}s` : locale.length(seconds)
}

/**
 * The key of the sentence for a clock's state.
 * @param {ClockFields} clock
 */
function sentenceKey({ used, state, reports, ahead }) {
  if (!used) return "page.clock_by_arrival"
  if (state === "wrong") return ahead < 0 ? "page.clock_behind" : "page.clock_ahead"
  if (state === "arrival") return reports ? "page.clock_checked" : "page.clock_silent"
  return `page.clock_${state.replace(" ", "_")}`
}

/**
 * What dates the frames, and why.
 * @param {Locale} locale
 * @param {ClockFields} clock
 */
export function clockWords(locale, clock) {
  const { error, ahead, zone, sending } = clock
  const hours = (zone < 0 ? "−" : "+") + locale.number(Math.abs(zone), zone % 1 ? 2 : 0) // some zones are off by a quarter
  const facts = { error: shortTime(locale, error), length: shortTime(locale, Math.abs(ahead)), hours }
  const sentence = locale.t(sentenceKey(clock), facts)
  return sending ? `${sentence} ${locale.t("page.clock_of_sending")}` : sentence
}
