import assert from "node:assert/strict"
import { test } from "node:test"

import { alertTime, byDay, dayName } from "../../camrec/dashboard/static/alerts/alert_times.js"
import { createLocale } from "../../camrec/dashboard/static/kit/locale.js"
import { ENGLISH } from "./browser_stubs.js"

const locale = createLocale({
  ...ENGLISH, "page.alert_since": "since {time}", "page.alert_at": "at {time}", "page.alert_instead": "at {time} instead of {planned}",
  "videos.today": "Today", "videos.yesterday": "Yesterday",
})
/**
 * @param {number} hours
 * @param {number} minutes
 */
const at = (hours, minutes, day = 30) => new Date(2026, 10, day, hours, minutes).getTime()

test("an alert that lasts, one that is over, and one without a length say when they were", () => {
  assert.equal(alertTime(locale, { kind: "camera_lost", at: at(2, 10), until: null }), "since 02:10")
  assert.equal(alertTime(locale, { kind: "camera_lost", at: at(2, 10), until: at(2, 14) }), "02:10 – 02:14")
  assert.equal(alertTime(locale, { kind: "camera_lost", at: at(2, 10), until: at(2, 10) }), "at 02:10")
  assert.equal(alertTime(locale, { kind: "ended_early", at: at(5, 31), until: at(6, 0) }), "at 05:31 instead of 06:00")
  assert.equal(alertTime(locale, { kind: "ended_early", at: at(5, 31), until: null }), "at 05:31")
})

test("alerts are listed by day", () => {
  const alerts = [at(12, 0), at(0, 0), at(23, 59, 29), at(1, 0, 28)].map((moment) => ({ at: moment }))
  const days = byDay(alerts)
  assert.deepEqual(days.map(([, each]) => each.length), [2, 1, 1])
  assert.deepEqual(days.slice(0, 2).map(([, each]) => dayName(locale, each[0].at, at(12, 5))), ["Today", "Yesterday"])
})
