// When a recording is to begin: now, or at a time of a day that is typed.

import { twoDigits } from "../kit/locale.js"

/** @typedef {"today" | "tomorrow" | "other"} DayChoice */
/**
 * `date` as 2026-12-05: the day that is meant, also when midnight passes after "tomorrow" was chosen.
 * @typedef {{isLater: boolean, day: DayChoice, date: string, time: string}} StartChoice
 */

const LEAD_MS = 600_000 // what is offered first is at least so far ahead
const HALF_HOUR_MS = 1_800_000
const DAYS_AHEAD = { today: 0, tomorrow: 1, other: 2 }

/**
 * The minutes since midnight: "14:30", "14h30", "14.30", "1430" and "8" are understood; null: it is no time.
 * @param {string} typed
 */
export function minutesOf(typed) {
  const found = /^\s*(\d{1,2})(?:\s*[:h.]?\s*(\d{2})|\s*h)?\s*$/i.exec(typed)
  if (found === null) return null
  const [hours, minutes] = [Number(found[1]), Number(found[2] ?? 0)]
  return hours < 24 && minutes < 60 ? hours * 60 + minutes : null
}

/**
 * The choice that is offered first: the next half hour.
 * @param {number} now
 * @returns {StartChoice}
 */
export function firstStart(now) {
  const offset = new Date(now).getTimezoneOffset() * 60_000 // half hours of the wall clock
  const moment = new Date(Math.ceil((now + LEAD_MS - offset) / HALF_HOUR_MS) * HALF_HOUR_MS + offset)
  const isToday = moment.toDateString() === new Date(now).toDateString()
  const time = `${twoDigits(moment.getHours())}:${twoDigits(moment.getMinutes())}`
  return { isLater: false, ...chosenDay(isToday ? "today" : "tomorrow", now), time }
}

/**
 * @param {DayChoice} day
 * @param {number} now
 */
export function chosenDay(day, now) {
  const meant = new Date(now)
  meant.setDate(meant.getDate() + DAYS_AHEAD[day])
  return { day, date: [meant.getFullYear(), meant.getMonth() + 1, meant.getDate()].map(twoDigits).join("-") }
}

/**
 * What is chosen, in today's words.
 * @param {StartChoice} choice
 * @param {number} now
 * @returns {DayChoice}
 */
export function shownDay({ day, date }, now) {
  if (day === "other") return day
  if (date === chosenDay("today", now).date) return "today"
  return date === chosenDay("tomorrow", now).date ? "tomorrow" : "other"
}

/**
 * The moment by the wall clock of this browser, in milliseconds since 1970; null: now; NaN: it makes no sense.
 * @param {StartChoice} choice
 */
export function startMoment({ isLater, date, time }) {
  if (!isLater) return null
  const minutes = minutesOf(time)
  const midnight = new Date(`${date}T00:00`)
  if (minutes === null || Number.isNaN(midnight.getTime())) return NaN
  return midnight.setHours(Math.floor(minutes / 60), minutes % 60)
}
