// What a plan says, in words: when it records, what is next, and what the disk has room for.

import { NBSP, regionOf } from "../kit/locale.js"
import { minutesOf } from "./typed_time.js"
import { DAY_MS, WEEKDAYS, startOfDay, wallFormats, wallMinute, whenWords } from "./wall_time.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { DiskFacts, PlanRow, PlanRule, SunStart } from "../wire.js" */

const WORKING_DAYS = 5
const MIN_DAY_RANGE = 3 // "Monday to Wednesday", but "Monday and Tuesday"

/** @param {string} text */
const capitalized = (text) => text.charAt(0).toUpperCase() + text.slice(1)

/**
 * "10 h", "1 h 30", "45 min", "30 s": exactly, as it was typed.
 * @param {number} seconds
 */
export function exactLength(seconds) {
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = seconds % 60
  if (hours === 0 && minutes === 0) return `${rest}${NBSP}s`
  if (hours === 0) return `${minutes}${NBSP}min${rest ? NBSP + String(rest).padStart(2, "0") : ""}`
  return `${hours}${NBSP}h${minutes ? NBSP + String(minutes).padStart(2, "0") : ""}`
}

/**
 * "Every day", "Weekdays", "Monday to Thursday", "Saturday and Sunday"
 * @param {Locale} locale
 * @param {string[]} days
 */
export function daysWords(locale, days) {
  const formats = wallFormats(locale.language)
  const numbers = days.map((each) => WEEKDAYS.indexOf(each))
  if (numbers.length === WEEKDAYS.length) return locale.t("plan_page.every_day")
  const isRange = numbers.every((each, place) => each === numbers[0] + place)
  if (isRange && numbers[0] === 0 && numbers.length === WORKING_DAYS) return locale.t("plan_page.weekdays")
  if (isRange && numbers.length >= MIN_DAY_RANGE) {
    const [first, last] = [numbers[0], numbers[numbers.length - 1]].map(formats.weekday)
    return capitalized(locale.t("plan_page.day_to_day", { first, last }))
  }
  const list = new Intl.ListFormat(regionOf(locale.language), { type: "conjunction" })
  return capitalized(list.format(numbers.map(formats.weekday)))
}

/**
 * "08:00", "sunrise", "sunset − 30 min"
 * @param {Locale} locale
 * @param {string | SunStart} start
 */
function startWords(locale, start) {
  if (typeof start === "string") return start
  const sun = locale.t(`plan_page.sun_${start.sun}`)
  if (start.offset === 0) return sun
  return `${sun} ${start.offset < 0 ? "−" : "+"}${NBSP}${exactLength(Math.abs(start.offset))}`
}

/**
 * "08:00 – 18:00", "10:00 for 4 h", "sunrise − 30 min for 2 h"
 * @param {Locale} locale
 * @param {PlanRule} plan
 */
export function hoursWords(locale, plan) {
  const start = startWords(locale, plan.start ?? "")
  if (plan.duration !== undefined) return locale.t("plan_page.for_length", { start, length: exactLength(plan.duration) })
  if (typeof plan.start === "string") return `${start}${NBSP}– ${plan.end}`
  return locale.t("plan_page.sun_to", { start, end: plan.end })
}

/**
 * Whether a plan goes on after midnight.
 * @param {PlanRule} plan
 */
export const endsNextDay = ({ start, end }) =>
  typeof start === "string" && end !== undefined && minutesOf(end) <= minutesOf(start)

/**
 * When a plan records: "Weekdays, 08:00 – 18:00", "Every night, 22:00 – 06:00"
 * @param {Locale} locale
 * @param {PlanRule} plan
 */
export function planWords(locale, plan) {
  if (plan.always) return locale.t("plan_page.always")
  const days = plan.days ?? []
  const isEveryNight = days.length === WEEKDAYS.length && endsNextDay(plan)
  return `${isEveryNight ? locale.t("plan_page.every_night") : daysWords(locale, days)}, ${hoursWords(locale, plan)}`
}

/**
 * What is next: "next: tomorrow 07:42 · until 18 December", "recording until 18:00", "paused"
 * @param {Locale} locale
 * @param {PlanRow} row
 * @param {number} now
 * @param {number | undefined} recordingUntil when what it records now ends
 * @param {boolean} hasPlace whether it is known where the sun rises and sets
 */
export function nextWords(locale, row, now, recordingUntil, hasPlace = true) {
  const { plan } = row
  const words = []
  if (recordingUntil !== undefined) words.push(plan.always ? locale.t("plan_page.recording") : locale.t("plan_page.recording_until", { time: wallMinute(recordingUntil) }))
  if (!plan.enabled) words.push(locale.t("plan_page.paused"))
  else if (recordingUntil === undefined) words.push(waitingWords(locale, row, now, hasPlace))
  if (plan.until !== undefined && plan.enabled && !isOver(plan, now)) {
    words.push(locale.t("plan_page.until_day", { day: wallFormats(locale.language).date(Date.parse(plan.until)) }))
  }
  return words.join(" · ")
}

/**
 * What is next, if nothing is recorded now.
 * @param {Locale} locale
 * @param {PlanRow} row
 * @param {number} now
 * @param {boolean} hasPlace
 */
function waitingWords(locale, { plan, next }, now, hasPlace) {
  if (next !== null) return locale.t("plan_page.next", { when: whenWords(locale, next, now) })
  if (isOver(plan, now)) return overWords(locale, plan)
  if (!hasPlace && typeof plan.start === "object") return locale.t("plan_page.no_place")
  return locale.t(plan.always ? "plan_page.not_recording" : "plan_page.no_next")
}

/**
 * @param {PlanRule} plan
 * @param {number} now
 */
export const isOver = (plan, now) => plan.until !== undefined && Date.parse(plan.until) < startOfDay(now)

/**
 * "over: its last day was 24 November"
 * @param {Locale} locale
 * @param {PlanRule} plan
 */
export const overWords = (locale, { until = "" }) => locale.t("plan_page.over", { day: wallFormats(locale.language).date(Date.parse(until)) })

/**
 * The line above the plans, in two parts: whether the disk has room for them, and what happens if it has not.
 * @param {Locale} locale
 * @param {DiskFacts} disk
 * @param {number} now
 * @returns {{isLow: boolean, first: string, second: string}}
 */
export function diskWords(locale, disk, now) {
  if (disk.full_at === null && disk.unmeasured.length > 0) {
    const cameras = disk.unmeasured.join(", ")
    return { isLow: false, first: locale.t("plan_page.room_unknown"), second: locale.t("plan_page.unmeasured", { cameras }) }
  }
  if (disk.full_at === null) return { isLow: false, first: locale.t("plan_page.room", { weeks: disk.weeks }), second: "" }
  if (disk.stops_at !== null) return { isLow: true, ...stopWords(locale, disk, disk.stops_at, now) }
  const isFull = disk.full_at <= now
  const first = isFull ? locale.t("plan_page.full") : roomUntilWords(locale, disk.full_at, now)
  const from = locale.t(isFull ? "plan_page.from_now" : "plan_page.after_that")
  return { isLow: false, first, second: deletedWords(locale, disk, from, now) }
}

/**
 * When recording stops, and what is lost.
 * @param {Locale} locale
 * @param {DiskFacts} disk
 * @param {number} stopsAt
 * @param {number} now
 */
function stopWords(locale, disk, stopsAt, now) {
  const isNow = stopsAt <= now
  const none = locale.t("plan_page.none_deletable")
  const second = [
    disk.deletes_oldest && (disk.deleted > 0 ? locale.t("plan_page.deleted_before", { count: disk.deleted }) : none),
    !isNow && locale.t("plan_page.then_stops"),
    disk.lost > 0 && locale.t(isNow ? "plan_page.lost_now" : "plan_page.lost", { count: disk.lost }),
    disk.cut > 0 && locale.t("plan_page.cut", { count: disk.cut }),
  ]
  const first = isNow ? locale.t("plan_page.full_now") : locale.t("plan_page.full_at", { when: fullAtWords(locale, stopsAt, now) })
  return { first, second: second.filter(Boolean).join(" ") }
}

/**
 * "After that, the 12 oldest unlocked videos are deleted to make room until 23 December."
 * @param {Locale} locale
 * @param {DiskFacts} disk
 * @param {string} from
 * @param {number} now
 */
function deletedWords(locale, { deleted: count, deletes_new: deletesNew, unmeasured, weeks }, from, now) {
  const day = wallFormats(locale.language).date(now + weeks * WEEKDAYS.length * DAY_MS)
  if (count === 0) return locale.t(deletesNew ? "plan_page.deleted_only_new" : "plan_page.deleted_some", { from, day })
  const form = deletesNew ? "_with_new" : unmeasured.length > 0 ? "_at_least" : ""
  return locale.t(`plan_page.deleted${form}`, { from, count, day })
}

/**
 * "There is room for all plans until Tuesday 8 December.", or in a list of facts ("_short") without capital and full stop.
 * @param {Locale} locale
 * @param {number} fullAt
 * @param {number} now
 * @param {"" | "_short"} form
 */
export function roomUntilWords(locale, fullAt, now, form = "") {
  const isSoon = startOfDay(fullAt) - startOfDay(now) < 1.5 * DAY_MS
  if (isSoon) return locale.t(`plan_page.room_until${form}`, { when: fullAtWords(locale, fullAt, now) })
  return locale.t(`plan_page.room_until_day${form}`, { day: wallFormats(locale.language).day(fullAt) })
}

/**
 * @param {Locale} locale
 * @param {number} fullAt
 * @param {number} now
 */
function fullAtWords(locale, fullAt, now) {
  const formats = wallFormats(locale.language)
  const days = Math.round((startOfDay(fullAt) - startOfDay(now)) / DAY_MS)
  const time = wallMinute(fullAt)
  if (days === 0) return locale.t("plan_page.full_today", { time })
  if (days === 1) return locale.t("plan_page.full_tomorrow", { time })
  return locale.t("plan_page.full_on", { day: formats.day(fullAt), time })
}
