import assert from "node:assert/strict"
import { test } from "node:test"

import { entryOf, firstTime, newEntry, planOf, readEntry, readPlace, secondsADay } from "../../camrec/dashboard/static/plans/plan_entry.js"
import { entryFor } from "../../camrec/dashboard/static/plans/plan_from_choice.js"
import { parseDegrees, parsePair } from "../../camrec/dashboard/static/plans/place_fields.js"

/** @import { PlanRule } from "../../camrec/dashboard/static/wire.js" */

const NOW = Date.UTC(2026, 10, 25, 14, 5) // a Wednesday
const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]
const UNUSED = { days: null, start: null, end: null, duration: null, always: null, until: null, details: null }

test("what is typed becomes the fields of a plan; what it does not use is null", () => {
  const entry = { ...newEntry(["a"]), from: "8h", to: "18" }
  assert.deepEqual(readEntry(entry), { problems: {}, changes: { ...UNUSED, cameras: ["a"], days: WEEKDAYS, start: "08:00", end: "18:00" } })
  assert.deepEqual(readEntry({ ...entry, hours: "length", length: "4" }).changes, { ...UNUSED, cameras: ["a"], days: WEEKDAYS, start: "08:00", duration: 14_400 })
  assert.deepEqual(readEntry({ ...entry, hours: "sun", offset: "30" }).changes, { ...UNUSED, cameras: ["a"], days: WEEKDAYS, start: { sun: "sunrise", offset: -1800 }, duration: 7200 })
  assert.deepEqual(readEntry({ ...entry, hours: "always", limited: true, until: "2026-12-18" }).changes, { ...UNUSED, cameras: ["a"], always: true, until: "2026-12-18" })
  assert.deepEqual(readEntry({ ...entry, days: ["sun", "mon"] }).changes.days, ["mon", "sun"])
})

test("each wrong field is named", () => {
  const entry = newEntry([])
  const wrong = readEntry({ ...entry, days: [], from: "25", to: "x", limited: true, until: "" }).problems
  assert.deepEqual(Object.keys(wrong).sort(), ["cameras", "days", "from", "to", "until"])
  assert.deepEqual(Object.keys(readEntry({ ...newEntry(["a"]), to: "8" }).problems), ["to"])
  assert.deepEqual(Object.keys(readEntry({ ...newEntry(["a"]), hours: "length", length: "25 h" }).problems), ["length"])
  assert.deepEqual(Object.keys(readEntry({ ...newEntry(["a"]), hours: "sun", offset: "13 h", length: "" }).problems).sort(), ["length", "offset"])
  assert.deepEqual(readEntry({ ...newEntry(["a"]), details: [{ name: "", value: "B4" }] }).problems, { details: "page.detail_without_name" })
})

test("a plan that is opened and saved is the same plan", () => {
  for (const plan of /** @type {PlanRule[]} */ ([
    { cameras: ["a"], days: WEEKDAYS, start: "22:00", end: "06:00", enabled: true },
    { cameras: ["a", "b"], days: ["sat", "sun"], start: "10:00:30", duration: 5405, until: "2026-12-18", enabled: true },
    { cameras: ["a"], days: ["sun"], start: { sun: "sunset", offset: 0 }, duration: 7200, enabled: true },
    { cameras: ["a"], days: ["sun"], start: { sun: "sunrise", offset: -1800 }, end: "12:00", enabled: true },
    { cameras: ["a"], always: true, details: { Subject: "B4" }, enabled: true },
  ])) {
    const { changes, problems } = readEntry(entryOf(plan), plan)
    assert.deepEqual(problems, {})
    assert.deepEqual(planOf(changes), plan)
  }
})

test("how long a plan records on a day", () => {
  const plan = { cameras: ["a"], days: WEEKDAYS, enabled: true }
  assert.equal(secondsADay({ ...plan, start: "08:00", end: "18:00" }), 36_000)
  assert.equal(secondsADay({ ...plan, start: "22:00", end: "06:00" }), 28_800)
  assert.equal(secondsADay({ ...plan, start: { sun: "sunset", offset: 0 }, end: "23:00" }), null)
  assert.equal(secondsADay({ cameras: ["a"], always: true, enabled: true }), 86_400)
})

test("when a plan records first: today, at once, tomorrow, or since yesterday evening", () => {
  const plan = { cameras: ["a"], days: WEEKDAYS, enabled: true }
  const first = (/** @type {Partial<PlanRule>} */ more, now = NOW) => {
    const found = firstTime({ ...plan, ...more }, now)
    return found && [new Date(found.start).toISOString().slice(5, 16), found.isNow]
  }
  assert.deepEqual(first({ start: "20:00", end: "21:00" }), ["11-25T20:00", false])
  assert.deepEqual(first({ start: "08:00", end: "18:00" }), ["11-25T08:00", true])
  assert.deepEqual(first({ start: "08:00", end: "09:00" }), ["11-26T08:00", false])
  assert.deepEqual(first({ start: "22:00", end: "06:00" }, Date.UTC(2026, 10, 25, 3)), ["11-24T22:00", true])
  assert.deepEqual(first({ start: "08:00", end: "09:00", days: ["wed"] }), ["12-02T08:00", false])
  assert.equal(first({ start: "08:00", end: "09:00", until: "2026-11-25" }), null)
  assert.equal(first({ start: { sun: "sunset", offset: 0 }, duration: 60 }), null)
})

test("a last day that is past is wrong, unless the plan had it before", () => {
  const entry = { ...newEntry(["a"]), limited: true, until: "2026-11-24" }
  /** @type {PlanRule} */
  const kept = { cameras: ["a"], days: WEEKDAYS, start: "08:00", end: "18:00", until: "2026-11-24", enabled: true }
  assert.deepEqual(readEntry(entry, null, "2026-11-25").problems, { until: "plan_page.until_over" })
  assert.deepEqual(readEntry(entry, kept, "2026-11-25").problems, {})
  assert.deepEqual(readEntry({ ...entry, until: "2026-11-25" }, null, "2026-11-25").problems, {})
})

test("the place is asked for only by a plan that goes by the sun, and sent only if it is another one", () => {
  const entry = { ...newEntry(["a"]), latitude: "48,85", longitude: "-2.35" }
  assert.deepEqual(readPlace({ ...entry, latitude: "x" }, []), { place: [], problems: {} })
  const sun = /** @type {const} */ ({ ...entry, hours: "sun" })
  assert.deepEqual(readPlace(sun, []), { place: [48.85, -2.35], problems: {} })
  assert.deepEqual(readPlace(sun, [48.85, -2.35]), { place: [], problems: {} })
  assert.deepEqual(Object.keys(readPlace({ ...sun, latitude: "91", longitude: "" }, [48.85, 2.35]).problems), ["latitude", "longitude"])
})

test("degrees are typed with a comma or a point, and may be pasted as maps copy them", () => {
  for (const [typed, degrees] of /** @type {[string, number][]} */ ([["48.85", 48.85], ["48,85", 48.85], [" -2.35 ", -2.35], ["−2,35", -2.35], ["48.85°", 48.85], ["48.8566140", 48.85661]])) {
    assert.equal(parseDegrees(typed, 90), degrees, typed)
  }
  for (const typed of ["", "north", "90.1", "48 51"]) assert.ok(Number.isNaN(parseDegrees(typed, 90)), typed)
  assert.deepEqual(parsePair("48.8566, 2.3522"), ["48.8566", "2.3522"])
  assert.deepEqual(parsePair("-33.9;18.4"), ["-33.9", "18.4"])
  assert.equal(parsePair("48,85"), null)
})

test("a plan begins with what was chosen for one recording", () => {
  const choice = { cameraId: "a", startsAt: NOW, seconds: 5400, name: "Nest", details: [{ name: "Subject", value: "B4" }] }
  const { changes, problems } = readEntry({ ...newEntry([]), ...entryFor(choice, 60) })
  assert.deepEqual(problems, {})
  assert.deepEqual(planOf(changes), {
    cameras: ["a"], days: [...WEEKDAYS, "sat", "sun"], start: "15:05", duration: 5400, name: "Nest", details: { Subject: "B4" }, enabled: true,
  })
  assert.equal(planOf(readEntry({ ...newEntry([]), ...entryFor({ ...choice, seconds: null }, 60) }).changes).always, true)
})
