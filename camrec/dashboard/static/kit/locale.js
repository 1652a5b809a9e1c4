// Texts, numbers and dates in one language.
//
// Times are milliseconds since 1970, and shown in the browser's time zone; durations are seconds.

/** @import { Fact, Texts } from "../wire.js" */
/** @typedef {ReturnType<typeof createLocale>} Locale */

export const NBSP = "\u00a0"
const SIZE_UNITS = { fr: ["octets", "ko", "Mo", "Go", "To"], en: ["bytes", "kB", "MB", "GB", "TB"] }

/** @param {number} number */
export const twoDigits = (number) => String(number).padStart(2, "0")

/**
 * The text for `key` with {facts} filled in; `count` chooses between two forms (in French, 0 is singular).
 * If there is no such text, it returns `otherwise` or the key: a missing text must not break a view.
 * @param {Texts} texts
 * @param {string} key
 * @param {Record<string, Fact>} facts
 */
export function translate(texts, key, facts = {}, otherwise = key) {
  const french = texts.language === "fr"
  let found = texts[key]
  if (found === undefined) return otherwise
  if (typeof found === "object") {
    const singular = facts.count === 1 || (facts.count === 0 && french)
    found = singular ? found.one : found.other
  }
  /** @param {Fact} fact */
  const written = (fact) => (typeof fact === "number" && french ? String(fact).replace(".", ",") : String(fact ?? ""))
  return found.replace(/\{(\w+)\}/g, (_, name) => written(facts[name]))
}

/**
 * "12 s", "2 min 15", "1 h 30", "115 h": two units at most, none below a tenth of the first.
 * @param {number} seconds
 */
export function formatLength(seconds) {
  const whole = Math.round(seconds)
  const minutes = Math.round(seconds / 60)
  if (whole < 60) return `${whole}${NBSP}s`
  if (whole < 3600) {
    const rest = whole % 60
    return `${Math.floor(whole / 60)}${NBSP}min${rest ? NBSP + twoDigits(rest) : ""}`
  }
  if (minutes >= 600) return `${Math.round(seconds / 3600)}${NBSP}h`
  return `${Math.floor(minutes / 60)}${NBSP}h${minutes % 60 ? NBSP + twoDigits(minutes % 60) : ""}`
}

/**
 * A remaining time, in whole minutes, rounded up, from one minute on.
 * @param {number} seconds
 */
const formatLeft = (seconds) => formatLength(seconds < 60 ? Math.ceil(seconds) : Math.ceil(seconds / 60) * 60)

/**
 * "00:12:31", a running timer.
 * @param {number} seconds
 */
function formatTimer(seconds) {
  const whole = Math.max(0, Math.floor(seconds))
  return `${twoDigits(Math.floor(whole / 3600))}:${twoDigits(Math.floor(whole / 60) % 60)}:${twoDigits(whole % 60)}`
}

/**
 * "05:00" or "01:30:00", the length of a video.
 * @param {number} seconds
 */
function formatDuration(seconds) {
  const whole = Math.round(seconds)
  return whole < 3600 ? formatTimer(whole).slice(3) : formatTimer(whole)
}

/** @param {number} moment */
function formatMinute(moment) {
  const date = new Date(moment)
  return `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`
}

/** @param {number} moment */
const formatClock = (moment) => `${formatMinute(moment)}:${twoDigits(new Date(moment).getSeconds())}`

/**
 * The locale for dates: the browser's region, in the page's language.
 * @param {string} language
 */
export function regionOf(language) {
  const own = navigator.languages.find((each) => each.startsWith(`${language}-`))
  return own ?? (language === "fr" ? "fr-FR" : "en-GB")
}

/** @param {string} language */
function dateFormats(language) {
  const region = regionOf(language)
  const dates = new Intl.DateTimeFormat(region)
  // Created once: creating a formatter takes longer than using it.
  /** @type {Intl.DateTimeFormatOptions} */
  const weekday = { weekday: "long", day: "numeric", month: "long" }
  const days = new Intl.DateTimeFormat(region, weekday)
  const daysOfOtherYears = new Intl.DateTimeFormat(region, { ...weekday, year: "numeric" })
  return {
    /**
     * "Saturday 21 November" or "Saturday, November 21", with the year if it is not this year.
     * @param {number} moment
     */
    day(moment) {
      const date = new Date(moment)
      const written = (date.getFullYear() === new Date().getFullYear() ? days : daysOfOtherYears).format(date)
      const spoken = region === "en-GB" ? written.replace(",", "") : written
      return spoken.charAt(0).toUpperCase() + spoken.slice(1)
    },
    /**
     * "21/11/2026", or "11/21/2026", as the region writes it.
     * @param {number} moment
     */
    date: (moment) => dates.format(new Date(moment)),
  }
}

/**
 * Texts and formats in one language.
 * @param {Texts} texts the model's; `language` is one of them
 */
export function createLocale(texts) {
  const language = texts.language === "fr" ? "fr" : "en"
  /** @param {number} value */
  const number = (value, digits = 0) => {
    const written = value.toFixed(digits)
    return language === "fr" ? written.replace(".", ",") : written
  }
  /** @param {number} bytes */
  const size = (bytes) => {
    const units = SIZE_UNITS[language]
    let value = bytes
    let unit = 0
    while (value >= 999.5 && unit < units.length - 1) {
      value /= 1000
      unit += 1
    }
    return number(value, unit >= 2 && value < 9.95 ? 1 : 0) + NBSP + units[unit]
  }
  return {
    language,
    /**
     * @param {string} key
     * @param {Record<string, Fact>} [facts]
     * @param {string} [otherwise]
     */
    t: (key, facts, otherwise) => translate(texts, key, facts, otherwise),
    number,
    size,
    /** @param {number} bits per second */
    rate: (bits) => `${number(bits / 1e6, 1)}${NBSP}Mbit/s`,
    length: formatLength,
    left: formatLeft,
    timer: formatTimer,
    duration: formatDuration,
    minute: formatMinute,
    clock: formatClock,
    /**
     * "14:05:12.48"
     * @param {number} moment
     */
    exactClock: (moment) => `${formatClock(moment)}${language === "fr" ? "," : "."}${twoDigits(Math.floor((moment % 1000) / 10))}`,
    ...dateFormats(language),
  }
}
