import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"

import { detailsProblem, filledDetails, keepDetails, keptDetails } from "../../camrec/dashboard/static/live/recording_details.js"
import { chosenDay, firstStart, minutesOf, shownDay, startMoment } from "../../camrec/dashboard/static/live/recording_start.js"
import { provide } from "./browser_stubs.js"

/** @type {Map<string, string>} */
const stored = new Map()
provide("sessionStorage", {
  getItem: (/** @type {string} */ key) => stored.get(key) ?? null,
  setItem: (/** @type {string} */ key, /** @type {string} */ value) => stored.set(key, value),
})
beforeEach(() => stored.clear())

const NOON = new Date(2026, 10, 30, 12, 7).getTime()

test("a time is understood as people type it", () => {
  for (const typed of ["8:05", "08:05", "8h05", "8.05", "805", " 0805 "]) assert.equal(minutesOf(typed), 485, typed)
  for (const typed of ["8", "8h", "08 h"]) assert.equal(minutesOf(typed), 480, typed)
  for (const typed of ["", "24:00", "8:60", "noon", "8:5", "-1"]) assert.equal(minutesOf(typed), null, typed)
})

test("the next half hour that is not too near is offered, also after midnight", () => {
  assert.deepEqual(firstStart(NOON), { isLater: false, day: "today", date: "2026-11-30", time: "12:30" })
  assert.equal(firstStart(new Date(2026, 10, 30, 12, 25).getTime()).time, "13:00")
  const late = firstStart(new Date(2026, 10, 30, 23, 55).getTime())
  assert.deepEqual([late.day, late.date, late.time], ["tomorrow", "2026-12-01", "00:30"])
})

test("a day and a time are a moment of the wall clock", () => {
  const choice = { ...firstStart(NOON), isLater: true, time: "8" }
  /** @param {Partial<typeof choice>} changes */
  const moment = (changes) => startMoment({ ...choice, ...changes })
  assert.equal(moment({ isLater: false }), null)
  assert.equal(moment({}), new Date(2026, 10, 30, 8).getTime())
  assert.equal(moment(chosenDay("tomorrow", NOON)), new Date(2026, 11, 1, 8).getTime())
  assert.equal(moment({ date: "2026-12-05" }), new Date(2026, 11, 5, 8).getTime())
  assert.ok(Number.isNaN(moment({ time: "soon" })))
  assert.ok(Number.isNaN(moment({ date: "" })))
  assert.deepEqual(chosenDay("other", NOON), { day: "other", date: "2026-12-02" })
})

test("what was chosen before midnight is the same moment after it, in the words of the new day", () => {
  const [evening, night] = [new Date(2026, 11, 31, 23, 58).getTime(), new Date(2027, 0, 1, 0, 2).getTime()]
  const offered = { ...firstStart(evening), isLater: true }
  assert.equal(startMoment(offered), new Date(2027, 0, 1, 0, 30).getTime())
  assert.deepEqual([shownDay(offered, evening), shownDay(offered, night)], ["tomorrow", "today"])
  const today = { ...offered, ...chosenDay("today", evening), time: "23:59" }
  assert.equal(startMoment(today), new Date(2026, 11, 31, 23, 59).getTime())
  assert.deepEqual([shownDay(today, evening), shownDay(today, night)], ["today", "other"])
  const dated = { ...offered, ...chosenDay("other", evening) }
  assert.deepEqual([dated.date, shownDay({ ...dated, date: "2027-01-01" }, night)], ["2027-01-02", "other"])
})

test("details are kept with or without their values, and the usual names are there first", () => {
  assert.deepEqual(keptDetails("a", ["Subject"]), [{ name: "Subject", value: "" }])
  const details = [{ name: "Subject", value: "B4" }, { name: "Lamp", value: "" }]
  keepDetails("a", details, true)
  assert.deepEqual(keptDetails("a", ["Subject"]), details)
  keepDetails("a", details, false)
  assert.deepEqual(keptDetails("a", []), [{ name: "Subject", value: "" }, { name: "Lamp", value: "" }])
  stored.set("camrec.details.b", "{")
  assert.deepEqual(keptDetails("b", ["Subject"]), [{ name: "Subject", value: "" }])
})

test("only details with a value are sent, each with a name of its own", () => {
  const filled = filledDetails([{ name: " Subject ", value: " B4 " }, { name: "", value: " " }])
  assert.deepEqual(filled, [{ name: "Subject", value: "B4" }])
  assert.equal(detailsProblem(filled), null)
  assert.equal(detailsProblem([...filled, ...filled]), "page.detail_twice")
  assert.equal(detailsProblem([{ name: "", value: "B4" }]), "page.detail_without_name")
})
