// Times of plans. They are what a clock shows where camrec counts them, which may be another time zone than the
// browser's: milliseconds since 1970 as if that clock showed UTC.

import { regionOf } from "../kit/locale.js"

/** @typedef {ReturnType<typeof wallFormats>} WallFormats */

export const DAY_MS = 86_400_000
export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
const A_MONDAY = Date.UTC(2024, 0, 1)

/**
 * The start of a day.
 * @param {number} wall
 */
export const startOfDay = (wall) => Math.floor(wall / DAY_MS) * DAY_MS

/**
 * The number of a day in `WEEKDAYS`.
 * @param {number} wall
 */
export const weekdayOf = (wall) => (new Date(wall).getUTCDay() + 6) % 7

/**
 * "2026-11-25"
 * @param {number} wall
 */
export const isoDate = (wall) => new Date(wall).toISOString().slice(0, 10)

/**
 * The start of the day "2026-11-25".
 * @param {string} date
 */
export const parseDate = (date) => Date.parse(`${date}T00:00Z`)

/**
 * "08:00"
 * @param {number} wall
 */
export const wallMinute = (wall) => new Date(wall).toISOString().slice(11, 16)

/**
 * Dates in one language.
 * @param {string} language
 */
export function wallFormats(language) {
  const region = regionOf(language)
  /** @param {Intl.DateTimeFormatOptions} options */
  const formatter = (options) => new Intl.DateTimeFormat(region, { timeZone: "UTC", ...options })
  const weekday = formatter({ weekday: "long" })
  const shortWeekday = formatter({ weekday: "short" })
  const date = formatter({ day: "numeric", month: "long" })
  const full = formatter({ weekday: "long", day: "numeric", month: "long" })
  return {
    /**
     * "Tuesday 8 December"
     * @param {number} wall
     */
    day: (wall) => (region === "en-GB" ? full.format(wall).replace(",", "") : full.format(wall)),
    /**
     * "8 December"
     * @param {number} wall
     */
    date: (wall) => date.format(wall),
    /**
     * "23 – 29 November"
     * @param {number} first
     * @param {number} last
     */
    range: (first, last) => date.formatRange(first, last).replace(/\s*–\s*/, "\u00a0– "),
    /**
     * "Mon 23"
     * @param {number} wall
     */
    shortDay: (wall) => `${shortWeekday.format(wall)} ${new Date(wall).getUTCDate()}`,
    /**
     * "Monday", by its number in `WEEKDAYS`.
     * @param {number} number
     */
    weekday: (number) => weekday.format(A_MONDAY + number * DAY_MS),
    /**
     * "Mon"
     * @param {number} number
     */
    shortWeekday: (number) => shortWeekday.format(A_MONDAY + number * DAY_MS).replace(".", ""),
  }
}

/**
 * "today 22:00", "tomorrow 07:42", "Thursday 08:00", "12 December 08:00"
 * @param {import("../kit/locale.js").Locale} locale
 * @param {number} wall
 * @param {number} now
 */
export function whenWords(locale, wall, now) {
  const formats = wallFormats(locale.language)
  const days = Math.round((startOfDay(wall) - startOfDay(now)) / DAY_MS)
  const time = wallMinute(wall)
  if (days === 0) return locale.t("plan_page.today_at", { time })
  if (days === 1) return locale.t("plan_page.tomorrow_at", { time })
  const day = days > 1 && days < 7 ? formats.weekday(weekdayOf(wall)) : formats.date(wall)
  return locale.t("plan_page.day_at", { day, time })
}
