// When a recording is to begin: now, or at a time of a day that is typed.

/** @typedef {"today" | "tomorrow" | "other"} DayChoice */
/** @typedef {{isLater: boolean, day: DayChoice, date: string, time: string}} StartChoice `date` as 2026-12-05 */

const LEAD_MS = 600_000 // what is offered first is at least so far ahead
const HALF_HOUR_MS = 1_800_000

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
  const time = `${String(moment.getHours()).padStart(2, "0")}:${String(moment.getMinutes()).padStart(2, "0")}`
  const later = new Date(now + 2 * 86_400_000)
  const date = [later.getFullYear(), later.getMonth() + 1, later.getDate()].map((each) => String(each).padStart(2, "0")).join("-")
  return { isLater: false, day: isToday ? "today" : "tomorrow", date, time }
}

/**
 * The moment by the wall clock of this browser, in milliseconds since 1970; null: now; NaN: it makes no sense.
 * @param {StartChoice} choice
 * @param {number} now
 */
export function startMoment({ isLater, day, date, time }, now) {
  if (!isLater) return null
  const minutes = minutesOf(time)
  const midnight = day === "other" ? new Date(`${date}T00:00`) : new Date(now)
  if (minutes === null || Number.isNaN(midnight.getTime())) return NaN
  midnight.setHours(0, 0, 0, 0)
  if (day === "tomorrow") midnight.setDate(midnight.getDate() + 1)
  return midnight.setHours(Math.floor(minutes / 60), minutes % 60)
}
