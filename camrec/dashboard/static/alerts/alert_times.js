// When an alert was: in words, and by which day it is listed.

/** @import { Locale } from "../kit/locale.js" */
/** @import { Alert } from "../wire.js" */

const LASTING_KINDS = ["camera_lost", "disk_full_soon", "webhook_failed"]

/**
 * "02:10 – 02:14", "since 02:10", "at 05:31 instead of 06:00", "at 19:40".
 * @param {Locale} locale
 * @param {Pick<Alert, "kind" | "at" | "until">} alert
 */
export function alertTime(locale, { kind, at, until }) {
  const start = locale.minute(at)
  if (until === null) return locale.t(LASTING_KINDS.includes(kind) ? "page.alert_since" : "page.alert_at", { time: start })
  const end = locale.minute(until)
  if (kind === "ended_early") return locale.t("page.alert_instead", { time: start, planned: end })
  return start === end ? locale.t("page.alert_at", { time: start }) : `${start} – ${end}`
}

/**
 * The alerts of each day, in their order.
 * @template {Pick<Alert, "at">} A
 * @param {A[]} alerts
 * @returns {[day: string, alerts: A[]][]}
 */
export function byDay(alerts) {
  /** @type {Map<string, A[]>} */
  const days = new Map()
  for (const alert of alerts) {
    const day = new Date(alert.at).toDateString()
    days.set(day, [...(days.get(day) ?? []), alert])
  }
  return [...days]
}

/**
 * "Today", "Yesterday", or the day.
 * @param {Locale} locale
 * @param {number} moment
 * @param {number} now
 */
export function dayName(locale, moment, now) {
  const day = new Date(moment).toDateString()
  const yesterday = new Date(now)
  yesterday.setDate(yesterday.getDate() - 1)
  if (day === new Date(now).toDateString()) return locale.t("videos.today")
  return day === yesterday.toDateString() ? locale.t("videos.yesterday") : locale.day(moment)
}
