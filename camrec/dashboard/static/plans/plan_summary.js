// A plan that is being typed, as sentences: what it records, how much that is, and when it begins.

import { NBSP } from "../kit/locale.js"
import { firstTime, isOneDay, secondsADay } from "./plan_entry.js"
import { isOver, overWords, planWords, roomUntilWords } from "./plan_words.js"
import { startOfDay, wallFormats, wallMinute, whenWords } from "./wall_time.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { PlanCamera, PlanPreview, PlanRule, PlanWeek } from "../wire.js" */
/** @typedef {{start: number, end: number | null, isNow: boolean}} FirstTime */

/**
 * @param {Locale} locale
 * @param {PlanRule} plan
 * @param {PlanWeek} week
 * @param {PlanPreview | null} preview what camrec says of it; null: not yet
 * @returns {[sentence: string, facts: string]}
 */
export function summaryWords(locale, plan, week, preview = null) {
  const chosen = week.cameras.filter((each) => plan.cameras.includes(each.camera_id))
  const sentence = `${chosen.map((each) => each.name).join(", ")}${locale.language === "fr" ? NBSP : ""}: ${planWords(locale, plan)}`
  const now = preview?.now ?? week.now
  const first = preview === null || plan.always ? firstTime(plan, now) : previewedTime(preview)
  const facts = [plan.name, sizeWords(locale, plan, chosen), firstWords(locale, first, now)]
  if (isOver(plan, week.now)) facts.push(overWords(locale, plan))
  else if (plan.until !== undefined) facts.push(locale.t("plan_page.until_day", { day: wallFormats(locale.language).date(Date.parse(plan.until)) }))
  facts.push(...Object.values(plan.details ?? {}))
  if (preview !== null) facts.push(roomWords(locale, preview, week.disk.weeks))
  return [sentence, facts.filter(Boolean).join(" · ")]
}

/**
 * "about 18 GB a day", "about 47 MB each time", if the cameras' rates are known.
 * @param {Locale} locale
 * @param {PlanRule} plan
 * @param {PlanCamera[]} cameras
 */
function sizeWords(locale, plan, cameras) {
  const seconds = secondsADay(plan)
  if (seconds === null || cameras.some((each) => each.rate === null)) return ""
  const rate = cameras.reduce((sum, each) => sum + (each.rate ?? 0), 0)
  return locale.t(isOneDay(plan) ? "plan_page.size_each_time" : "plan_page.size_a_day", { size: locale.size(rate * seconds) })
}

/**
 * "first: tomorrow 08:00", "first: at once, until 18:00"
 * @param {Locale} locale
 * @param {FirstTime | null} first
 * @param {number} now
 */
function firstWords(locale, first, now) {
  if (first === null) return ""
  if (!first.isNow) return locale.t("plan_page.first", { when: whenWords(locale, first.start, now) })
  if (first.end === null) return locale.t("plan_page.first", { when: locale.t("plan_page.at_once") })
  const isToday = startOfDay(first.end) === startOfDay(now)
  return locale.t("plan_page.first_now", { time: isToday ? wallMinute(first.end) : whenWords(locale, first.end, now) })
}

/**
 * @param {PlanPreview} preview
 * @returns {FirstTime | null}
 */
function previewedTime({ now, starts_at: start, ends_at: end }) {
  return start === null ? null : { start, end, isNow: start <= now }
}

/**
 * How long the disk has room, with this plan: "there is room until Tuesday 8 December"
 * @param {Locale} locale
 * @param {PlanPreview} preview
 * @param {number} weeks that it looks ahead
 */
function roomWords(locale, { now, full_at: fullAt, is_measured: isMeasured }, weeks) {
  if (fullAt === null) return isMeasured ? locale.t("plan_page.room_short", { weeks }) : ""
  return fullAt <= now ? locale.t("plan_page.no_room_short") : roomUntilWords(locale, fullAt, now, "_short")
}
