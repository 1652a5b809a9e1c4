// What happened while nobody looked at the page in this browser: since when, and what the line at the top of the bell says.

/** @import { Locale } from "../kit/locale.js" */
/** @import { Absence } from "../wire.js" */

const VISIT_KEY = "camrec.visit"
const FIRST_VISIT_MS = 24 * 3_600_000
const SAME_VISIT_MS = 30 * 60_000 // a reload, another tab or a coffee is no absence

/**
 * Somebody looks at the page. Returns since when they were away before this visit.
 * @param {number} now
 */
export function noteVisit(now) {
  const { last, since } = storedVisit() ?? { last: now, since: now - FIRST_VISIT_MS }
  const begin = now - last < SAME_VISIT_MS ? since : last
  localStorage.setItem(VISIT_KEY, JSON.stringify({ last: now, since: begin }))
  return begin
}

/** @returns {{last: number, since: number} | null} */
function storedVisit() {
  try {
    const stored = JSON.parse(localStorage.getItem(VISIT_KEY) ?? "null")
    return Number.isFinite(stored?.last) && Number.isFinite(stored?.since) ? stored : null
  } catch {
    return null // somebody has edited it
  }
}

/**
 * "Since yesterday 18:12: 22 h recorded, 2 h 33 missing."
 * @param {Locale} locale
 * @param {Pick<Absence, "since" | "recorded" | "missing">} absence
 * @param {number} now
 */
export function absenceLine(locale, { since, recorded, missing }, now) {
  const when = absenceStart(locale, since, now)
  if (recorded < 1 && missing < 1) return locale.t("page.absence_empty", { when })
  /**
   * @param {string} name
   * @param {number} seconds
   */
  const part = (name, seconds) => {
    const length = locale.length(seconds)
    return locale.t(`page.absence_${name}`, { length, count: Number.parseInt(length) }) // French counts what it says: "1 h 30 enregistrée"
  }
  return locale.t("page.absence", {
    when,
    recorded: recorded < 1 ? locale.t("page.absence_unrecorded") : part("recorded", recorded),
    missing: missing < 1 ? locale.t("page.absence_whole") : part("missing", missing),
  })
}

/**
 * "14:05", "yesterday 18:12", "Friday 27 November, 18:12".
 * @param {Locale} locale
 * @param {number} since
 * @param {number} now
 */
function absenceStart(locale, since, now) {
  const time = locale.minute(since)
  const midnight = new Date(now)
  midnight.setHours(0, 0, 0, 0)
  if (since >= midnight.getTime()) return time
  const day = locale.day(since)
  midnight.setDate(midnight.getDate() - 1)
  if (since >= midnight.getTime()) return locale.t("page.absence_yesterday", { time })
  const inSentence = locale.language === "fr" ? day.charAt(0).toLowerCase() + day.slice(1) : day
  return locale.t("page.absence_day", { day: inSentence, time })
}
