// Texts about a video: when it was recorded, how long it is, and which gaps it has.

import { h } from "../kit/base.js"
import { serverUrl, urlPart } from "../kit/route.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { Video } from "../wire.js" */

const MS_PER_DAY = 86_400_000

/** @param {number} moment */
export const startOfDay = (moment) => new Date(moment).setHours(0, 0, 0, 0)

/** @param {number} moment */
const daysAgo = (moment) => Math.round((startOfDay(Date.now()) - startOfDay(moment)) / MS_PER_DAY)

/**
 * "Today", "Yesterday", "Saturday 21 November".
 * @param {Locale} locale
 * @param {number} moment
 */
export function dayName(locale, moment) {
  const ago = daysAgo(moment)
  if (ago === 0) return locale.t("videos.today")
  return ago === 1 ? locale.t("videos.yesterday") : locale.day(moment)
}

/**
 * The same inside a sentence, with the time: "today 17:00", "samedi 21 novembre 09:28".
 * @param {Locale} locale
 * @param {Video} video
 */
export function startTime(locale, video) {
  const day = dayName(locale, video.started_at)
  const isLowerCase = locale.language === "fr" || daysAgo(video.started_at) < 2
  return locale.t("videos.moment", {
    day: isLowerCase ? day.charAt(0).toLowerCase() + day.slice(1) : day,
    time: locale.minute(video.started_at),
  })
}

/**
 * Seconds from the start to the end of the recording: a gap at the end is not part of the file.
 * @param {Pick<Video, "duration" | "gaps">} video
 */
export const recordedLength = (video) => Math.max(video.duration, ...video.gaps.map((gap) => gap.start + gap.duration))

/** @param {Pick<Video, "gaps">} video */
export const missingLength = (video) => video.gaps.reduce((sum, gap) => sum + gap.duration, 0)

/**
 * The gaps of a timeline, each at its position.
 * @param {Video} video
 */
export function gapMarks(video) {
  /** @param {number} seconds */
  const percent = (seconds) => `${(100 * seconds) / recordedLength(video)}%`
  return video.gaps.map((gap) => h("span", { class: "missing", style: { left: percent(gap.start), width: percent(gap.duration) } }))
}

/**
 * @param {Video} video
 * @param {string} base
 */
export const downloadUrl = (video, base) => serverUrl(`videos/${urlPart(video.filename)}?download=1`, base)
