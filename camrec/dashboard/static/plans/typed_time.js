// Times of day and lengths as people type them: "08:00", "8h", "8", "1 h 30", "90 min".

const TIME = /^(\d{1,2})(?:\s*[:.h]\s*(\d{2})?)?\s*([ap])?\.?m?\.?$/
const FOUR_DIGITS = /^(\d{1,2})(\d{2})$/
const WITH_SECONDS = /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/
const LENGTH = /^(?:(\d+(?:[.,]\d+)?)\s*(?:h|hours?|heures?))?\s*(?:(\d+)\s*(?:m|mins?|minutes?))?\s*(?:(\d+)\s*s)?$/
const HOURS_AND_MINUTES = /^(\d{1,2})\s*[:h]\s*(\d{2})$/
const BARE_NUMBER = /^\d+(?:[.,]\d+)?$/

/**
 * A time of day as "08:00"; null: it is none. 24:00 is midnight.
 * @param {string} text
 */
export function parseTime(text) {
  const typed = text.trim().toLowerCase()
  if (WITH_SECONDS.test(typed)) return typed // not typed, but a program may have made the plan so
  const found = TIME.exec(typed) ?? FOUR_DIGITS.exec(typed)
  if (found === null) return null
  const hours = toHours(Number(found[1]), found[3])
  const minutes = Number(found[2] ?? 0)
  if (hours === null || minutes > 59 || (hours === 24 && minutes > 0)) return null
  return `${String(hours % 24).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`
}

/**
 * @param {number} hours
 * @param {string | undefined} half "a" or "p", as in English
 */
function toHours(hours, half) {
  if (half === undefined) return hours <= 24 ? hours : null
  if (hours < 1 || hours > 12) return null
  return (hours % 12) + (half === "p" ? 12 : 0)
}

/**
 * A length in seconds; null: it is none.
 * @param {string} text
 * @param {3600 | 60} unit the seconds that a number alone stands for
 */
export function parseLength(text, unit) {
  const typed = text.trim().toLowerCase()
  if (typed === "") return null
  if (BARE_NUMBER.test(typed)) return Math.round(toNumber(typed) * unit)
  const short = HOURS_AND_MINUTES.exec(typed)
  if (short) return Number(short[1]) * 3600 + Number(short[2]) * 60
  const found = LENGTH.exec(typed)
  if (found === null) return null
  return Math.round(toNumber(found[1] ?? "0") * 3600) + Number(found[2] ?? 0) * 60 + Number(found[3] ?? 0)
}

/** @param {string} typed */
const toNumber = (typed) => Number(typed.replace(",", "."))

/**
 * Minutes since midnight of "08:00".
 * @param {string} time
 */
export function minutesOf(time) {
  const [hours, minutes] = time.split(":").map(Number)
  return hours * 60 + minutes
}
