// Codec names, exact times and exact durations, as they are shown.

import { NBSP } from "../kit/locale.js"

/** @import { Locale } from "../kit/locale.js" */

/** @type {Record<string, string>} */
const CODEC_NAMES = { h264: "H.264", h265: "H.265", hevc: "H.265", mjpeg: "MJPEG", aac: "AAC", opus: "Opus" }

/** @param {string | null | undefined} codec */
export const codecName = (codec) => CODEC_NAMES[codec ?? ""] ?? codec?.toUpperCase() ?? ""

/**
 * "14:03:10,000"
 * @param {Locale} locale
 * @param {number} moment
 */
export const exactTime = (locale, moment) =>
  `${locale.clock(moment)}${locale.language === "fr" ? "," : "."}${String(new Date(moment).getMilliseconds()).padStart(3, "0")}`

/**
 * "12.34 s"; from one minute on, in the usual form.
 * @param {Locale} locale
 * @param {number} seconds
 */
export const exactLength = (locale, seconds) =>
  seconds < 60 ? `${locale.number(seconds, Number.isInteger(seconds) ? 0 : 2)}${NBSP}s` : locale.length(seconds)
