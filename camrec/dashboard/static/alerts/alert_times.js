// What an alert was and when: in words, and by which day it is listed.

/** @import { Locale } from "../kit/locale.js" */
/** @import { Alert } from "../wire.js" */

const LASTING_KINDS = ["camera_lost", "disk_full_soon", "webhook_failed"]

/**
 * "Street: no picture", or "Street: no picture 5 times, 3 min in all".
 * @param {Locale} locale
 * @param {Pick<Alert, "alert_ids" | "title" | "camera" | "lost" | "lost_since">} alert
 * @param {number} now
 */
export function alertTitle(locale, { alert_ids: ids, title, camera, lost, lost_since: since }, now) {
  if (ids.length === 1) return title
  const milliseconds = lost + (since === null ? 0 : Math.max(0, now - since))
  return locale.t("page.alert_times", { camera, count: ids.length, length: locale.length(milliseconds / 1000) })
}

/**
 * "02:10 – 02:14", "since 02:10", "02:10 – now", "at 05:31 instead of 06:00", "at 19:40".
 * @param {Locale} locale
 * @param {Pick<Alert, "alert_ids" | "kind" | "at" | "until">} alert
 */
export function alertTime(locale, { alert_ids: ids, kind, at, until }) {
  const start = locale.minute(at)
  if (until === null && ids.length > 1) return locale.t("page.alert_until_now", { time: start })
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
