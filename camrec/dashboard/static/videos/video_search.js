// Finds and orders the videos that match the filter.

import { twoDigits } from "../kit/locale.js"
import { dayName } from "./video_format.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { Video } from "../wire.js" */

/** @typedef {"newest" | "oldest" | "longest" | "largest"} Order */
/** @typedef {{search: string, camera: string, order: Order, gaps: boolean}} Filter */

/** @type {Record<Order, (one: Video, other: Video) => number>} */
const ORDERS = {
  newest: (one, other) => other.started_at - one.started_at,
  oldest: (one, other) => one.started_at - other.started_at,
  longest: (one, other) => other.duration - one.duration,
  largest: (one, other) => other.size - one.size,
}
export const ORDER_NAMES = Object.keys(ORDERS)
const MIN_MONTH_LETTERS = 3

/**
 * Without accents and capitals.
 * @param {string} text
 */
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()

/**
 * The camera of a video, whatever the video is called.
 * @param {Video} video
 */
const cameraOf = (video) => video.camera ?? video.name

/**
 * @param {Locale} locale
 * @param {Iterable<Video>} videos
 */
export const cameraNames = (locale, videos) =>
  [...new Set([...videos].map(cameraOf))].sort(new Intl.Collator(locale.language).compare)

/**
 * Everything that a search finds of a video: its names, and its date and time as people write them.
 * @param {Locale} locale
 * @param {Intl.DateTimeFormat} monthFormat
 * @param {Video} video
 */
function searchableText(locale, monthFormat, video) {
  const moment = video.started_at
  const date = new Date(moment)
  const [year, month, day] = [date.getFullYear(), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())]
  const [hour, minute] = [date.getHours(), twoDigits(date.getMinutes())]
  const monthName = monthFormat.format(date)
  return fold([
    video.name, video.filename, cameraOf(video), dayName(locale, moment), locale.day(moment),
    `${date.getDate()} ${monthName} ${year}`, `${monthName} ${date.getDate()}`, `${day}/${month}/${year}`, locale.date(moment), `${year}-${month}-${day}`,
    locale.minute(moment), `${hour}h${minute}`, `${twoDigits(hour)}h${minute}`, `${hour % 12 || 12}${hour < 12 ? "am" : "pm"}`,
  ].join("\n"))
}

/**
 * The terms of a search: words, and a day with its month ("27 novembre", "november 27") as one term. A number matches
 * only at the start of a number: 27 is not found in 127.0.0.1.
 * @param {string[]} months
 * @param {string} search
 */
function searchPatterns(months, search) {
  /** @param {string} word */
  const isMonth = (word = "") => word.length >= MIN_MONTH_LETTERS && months.some((month) => month.startsWith(word))
  /** @param {string} word */
  const isDay = (word = "") => /^\d{1,2}$/.test(word)
  const words = fold(search).split(/\s+/).filter(Boolean)
  const terms = []
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const isDate = (isDay(word) && isMonth(words[0])) || (isMonth(word) && isDay(words[0]))
    terms.push(isDate ? `${word} ${words.shift()}` : word)
  }
  return terms.map((term) => {
    const escaped = term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
    // A day must match completely: "november 2" does not find the 27th.
    return new RegExp((/^\d/.test(term) ? "(?<!\\d)" : "") + escaped + (/ \d+$/.test(term) ? "(?!\\d)" : ""))
  })
}

/**
 * Caches the searchable text of each video, so that thousands of them can be searched while the user types.
 * @param {Locale} locale
 */
export function videoSearch(locale) {
  /** @type {WeakMap<Video, string>} */
  const texts = new WeakMap()
  const monthFormat = new Intl.DateTimeFormat(locale.language, { month: "long" }) // creating one takes longer than using it
  const months = Array.from({ length: 12 }, (_, month) => fold(monthFormat.format(new Date(2026, month, 1))))

  /** @param {Video} video */
  function textOf(video) {
    const known = texts.get(video)
    if (known !== undefined) return known
    const text = searchableText(locale, monthFormat, video)
    texts.set(video, text)
    return text
  }

  /**
   * The videos that match, in the filter's order.
   * @param {Filter} filter
   * @param {Iterable<Video>} videos
   */
  return (filter, videos) => {
    const patterns = searchPatterns(months, filter.search)
    const found = [...videos].filter((video) => {
      if (filter.camera && cameraOf(video) !== filter.camera) return false
      if (filter.gaps && video.gaps.length === 0) return false
      return patterns.every((pattern) => pattern.test(textOf(video)))
    })
    return found.sort(ORDERS[filter.order])
  }
}
