import assert from "node:assert/strict"
import { test } from "node:test"

import { createLocale } from "../../camrec/dashboard/static/kit/locale.js"
import { parseLength, parseTime } from "../../camrec/dashboard/static/plans/typed_time.js"
import { DAY_MS, isoDate, parseDate, startOfDay, wallFormats, wallMinute, weekdayOf, whenWords } from "../../camrec/dashboard/static/plans/wall_time.js"
import { realTexts } from "./browser_stubs.js"

const NOW = Date.UTC(2026, 10, 25, 14, 5) // a Wednesday

test("a time of day may be typed in many ways", () => {
  for (const typed of ["08:00", "8:00", "8h", "8 h", "8H00", "8h00", "8", "08", "8.00", "0800", "800", " 8 ", "8am", "8 a.m."]) {
    assert.equal(parseTime(typed), "08:00", typed)
  }
  for (const [typed, time] of [["18:30", "18:30"], ["18h30", "18:30"], ["6:30 pm", "18:30"], ["12 am", "00:00"], ["12pm", "12:00"], ["0", "00:00"], ["24:00", "00:00"], ["24", "00:00"], ["08:00:30", "08:00:30"]]) {
    assert.equal(parseTime(typed), time, typed)
  }
})

test("what is no time of day is none", () => {
  for (const typed of ["", "25", "8:60", "24:30", "-8", "8:5", "08:00 – 18:00", "13 pm", "0 am", "noon", "12345", "8h h"]) {
    assert.equal(parseTime(typed), null, typed)
  }
})

test("a length may be typed in many ways", () => {
  for (const [typed, seconds] of /** @type {[string, number][]} */ ([
    ["2", 7200], ["2 h", 7200], ["2h", 7200], ["1 h 30", 5400], ["1h30", 5400], ["1 h 30 min", 5400], ["90 min", 5400], ["1:30", 5400],
    ["1,5", 5400], ["1.5 h", 5400], ["45min", 2700], ["2 hours", 7200], ["2 heures", 7200], ["30 s", 30], ["1 h 1 min 1 s", 3661],
  ])) assert.equal(parseLength(typed, 3600), seconds, typed)
  assert.equal(parseLength("30", 60), 1800)
  assert.equal(parseLength("0", 60), 0)
})

test("what is no length is none", () => {
  for (const typed of ["", "h", "two", "-2", "2 d", "1:5", "1 h 30 h"]) assert.equal(parseLength(typed, 3600) || null, null, typed)
})

test("wall times do not depend on the browser's time zone", () => {
  assert.equal(wallMinute(NOW), "14:05")
  assert.equal(isoDate(NOW), "2026-11-25")
  assert.equal(startOfDay(NOW), parseDate("2026-11-25"))
  assert.equal(weekdayOf(NOW), 2)
})

test("a moment is said as people say it, in both languages", () => {
  const inHours = (/** @type {number} */ hours) => NOW + hours * 3_600_000
  for (const [language, words] of /** @type {["en" | "fr", string[]][]} */ ([
    ["en", ["today 22:05", "tomorrow 02:05", "Friday 14:05", "2 December 14:05", "24 November 14:05"]],
    ["fr", ["aujourd’hui 22:05", "demain 02:05", "vendredi 14:05", "2 décembre 14:05", "24 novembre 14:05"]],
  ])) {
    const locale = createLocale(realTexts(language, "plan_page"))
    assert.deepEqual([8, 12, 48, 7 * 24, -24].map((hours) => whenWords(locale, inHours(hours), NOW)), words)
  }
})

test("a week is named by its first and its last day", () => {
  const monday = startOfDay(NOW) - 2 * DAY_MS
  assert.equal(wallFormats("en").range(monday, monday + 6 * DAY_MS), "23\u00a0– 29 November")
  assert.equal(wallFormats("fr").range(monday, monday + 6 * DAY_MS), "23\u00a0– 29 novembre")
  assert.equal(wallFormats("en").shortDay(monday), "Mon 23")
  assert.equal(wallFormats("fr").shortDay(monday), "lun. 23")
})
