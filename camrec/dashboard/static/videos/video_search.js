// Which videos are found by a search, in which order.

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
 * The camera that a video is of, whatever the video is called now.
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
 * All that a search can find of a video: its names, and its date and time as people write them.
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
 * What is searched for: words, and a day with its month ("27 novembre", "november 27") as one. A number is
 * found only where a number begins: 27 is not in 127.0.0.1.
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
    // The day of a month is whole: "november 2" is not the 27th.
    return new RegExp((/^\d/.test(term) ? "(?<!\\d)" : "") + escaped + (/ \d+$/.test(term) ? "(?!\\d)" : ""))
  })
}

/**
 * Remembers what can be found of each video: with thousands of them a search while typing depends on it.
 * @param {Locale} locale
 */
export function videoSearch(locale) {
  /** @type {WeakMap<Video, string>} */
  const texts = new WeakMap()
  const monthFormat = new Intl.DateTimeFormat(locale.language, { month: "long" }) // making one takes longer than its use
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
   * Those that are found, in the order of the filter.
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
