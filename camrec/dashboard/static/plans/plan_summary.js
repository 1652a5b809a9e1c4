// A plan that is being typed, as sentences: what it records, how much that is, and when it begins.

import { NBSP } from "../kit/locale.js"
import { firstTime, isOneDay, secondsADay } from "./plan_entry.js"
import { planWords } from "./plan_words.js"
import { startOfDay, wallFormats, wallMinute, whenWords } from "./wall_time.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { PlanCamera, PlanRule, PlanWeek } from "../wire.js" */

/**
 * @param {Locale} locale
 * @param {PlanRule} plan
 * @param {PlanWeek} week
 * @returns {[sentence: string, facts: string]}
 */
export function summaryWords(locale, plan, week) {
  const chosen = week.cameras.filter((each) => plan.cameras.includes(each.camera_id))
  const sentence = `${chosen.map((each) => each.name).join(", ")}${locale.language === "fr" ? NBSP : ""}: ${planWords(locale, plan)}`
  const facts = [sizeWords(locale, plan, chosen), firstWords(locale, plan, week.now)]
  if (plan.until !== undefined) facts.push(locale.t("plan_page.until_day", { day: wallFormats(locale.language).date(Date.parse(plan.until)) }))
  facts.push(...Object.values(plan.details ?? {}))
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
 * @param {PlanRule} plan
 * @param {number} now
 */
function firstWords(locale, plan, now) {
  const first = firstTime(plan, now)
  if (first === null) return ""
  if (!first.isNow) return locale.t("plan_page.first", { when: whenWords(locale, first.start, now) })
  if (first.end === null) return locale.t("plan_page.first", { when: locale.t("plan_page.at_once") })
  const isToday = startOfDay(first.end) === startOfDay(now)
  return locale.t("plan_page.first_now", { time: isToday ? wallMinute(first.end) : whenWords(locale, first.end, now) })
}
