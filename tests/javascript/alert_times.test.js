import assert from "node:assert/strict"
import { test } from "node:test"

import { alertTime, alertTitle, byDay, dayName } from "../../camrec/dashboard/static/alerts/alert_times.js"
import { createLocale } from "../../camrec/dashboard/static/kit/locale.js"
import { ENGLISH, realTexts, withNbsp } from "./browser_stubs.js"

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
  assert.equal(alertTime(locale, { alert_ids: ["a"], kind: "camera_lost", at: at(2, 10), until: null }), "since 02:10")
  assert.equal(alertTime(locale, { alert_ids: ["a"], kind: "camera_lost", at: at(2, 10), until: at(2, 14) }), "02:10 – 02:14")
  assert.equal(alertTime(locale, { alert_ids: ["a"], kind: "camera_lost", at: at(2, 10), until: at(2, 10) }), "at 02:10")
  assert.equal(alertTime(locale, { alert_ids: ["a"], kind: "ended_early", at: at(5, 31), until: at(6, 0) }), "at 05:31 instead of 06:00")
  assert.equal(alertTime(locale, { alert_ids: ["a"], kind: "ended_early", at: at(5, 31), until: null }), "at 05:31")
})

test("alerts are listed by day", () => {
  const alerts = [at(12, 0), at(0, 0), at(23, 59, 29), at(1, 0, 28)].map((moment) => ({ at: moment }))
  const days = byDay(alerts)
  assert.deepEqual(days.map(([, each]) => each.length), [2, 1, 1])
  assert.deepEqual(days.slice(0, 2).map(([, each]) => dayName(locale, each[0].at, at(12, 5))), ["Today", "Yesterday"])
})

test("many outages of one camera are one line, with their number and length, in both languages", () => {
  const five = { alert_ids: ["e", "d", "c", "b", "a"], title: "", camera: "Street", lost: 150_000, lost_since: null }
  const french = createLocale(realTexts("fr", "page"))
  const english = createLocale(realTexts("en", "page"))
  assert.equal(alertTitle(english, five, at(3, 0)), `Street: no picture 5 times, ${withNbsp("2 min 30")} in all`)
  assert.equal(alertTitle(french, { ...five, camera: "Rue" }, at(3, 0)), `${withNbsp("Rue :")} pas d’image 5 fois, ${withNbsp("2 min 30")} en tout`)
  const lasting = { ...five, lost_since: at(2, 50) }
  assert.equal(alertTitle(english, lasting, at(3, 0)), `Street: no picture 5 times, ${withNbsp("12 min 30")} in all`)
  assert.equal(alertTime(english, { ...lasting, kind: "camera_lost", at: at(2, 10), until: null }), "02:10 – now")
  assert.equal(alertTitle(english, { ...five, alert_ids: ["a"], title: "Street: no picture" }, 0), "Street: no picture")
})
