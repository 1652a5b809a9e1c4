import assert from "node:assert/strict"
import { test } from "node:test"

import { DAY_MS } from "../../camrec/dashboard/static/plans/wall_time.js"
import { barAfterKey, nearestBar, weekLanes } from "../../camrec/dashboard/static/plans/week_lanes.js"

/** @import { PlanOccurrence } from "../../camrec/dashboard/static/wire.js" */

const MONDAY = Date.UTC(2026, 10, 23)

/**
 * @param {number} day
 * @param {number} from hours
 * @param {number | null} to
 * @param {string} name
 * @returns {PlanOccurrence}
 */
const occurrence = (day, from, to, name = "Shop") => ({
  plan_id: "1", camera_id: name, name, starts_at: MONDAY + day * DAY_MS + from * 3_600_000,
  ends_at: to === null ? null : MONDAY + day * DAY_MS + to * 3_600_000, began_at: null, is_late: false, state: "planned", reason: "", cause: "", stopped_at: null, lacking: [], filenames: [],
})

/** @param {import("../../camrec/dashboard/static/plans/week_lanes.js").Bar[]} bars */
const shape = (bars) => bars.map(({ occurrence: { name }, from, to, row }) => [name, 24 * from, 24 * to, row])

test("bars are in as few rows as fit", () => {
  const [monday, tuesday] = weekLanes([occurrence(0, 8, 18, "Shop"), occurrence(0, 7, 9, "Nest"), occurrence(0, 18, 20, "Street")], MONDAY)
  assert.deepEqual(shape(monday.bars), [["Nest", 7, 9, 0], ["Shop", 8, 18, 1], ["Street", 18, 20, 0]])
  assert.equal(monday.rows, 2)
  assert.deepEqual([tuesday.bars, tuesday.rows], [[], 1])
})

test("what goes on after midnight has a bar on both days, also from the Sunday before", () => {
  const lanes = weekLanes([occurrence(-1, 22, 30), occurrence(6, 22, 30), occurrence(-1, 20, 24)], MONDAY)
  assert.deepEqual(shape(lanes[0].bars), [["Shop", 0, 6, 0]])
  assert.deepEqual(shape(lanes[6].bars), [["Shop", 22, 24, 0]])
  assert.deepEqual(lanes.map(({ bars }) => bars.length), [1, 0, 0, 0, 0, 0, 1])
})

test("what began late lacks its start, on the days on which it was not recorded", () => {
  const late = { ...occurrence(0, 20, 28), began_at: MONDAY + 25 * 3_600_000 }
  const lanes = weekLanes([late, { ...occurrence(2, 8, 18), began_at: MONDAY + 2 * DAY_MS + 8 * 3_600_000 }], MONDAY)
  assert.deepEqual(lanes.flatMap(({ bars }) => bars.map(({ lacking }) => lacking)), [1, 0.25, 0])
})

test("gaps and what came after a stop are shares of their bar, on each of its days", () => {
  const hours = (/** @type {number} */ hour) => MONDAY + hour * 3_600_000
  /** @type {PlanOccurrence} */
  const gappy = { ...occurrence(0, 20, 28), lacking: [[hours(21), hours(22)], [hours(23), hours(25)]], stopped_at: hours(26) }
  const [monday, tuesday] = weekLanes([gappy], MONDAY)
  assert.deepEqual([monday.bars[0].gaps, monday.bars[0].kept], [[{ from: 0.25, to: 0.5 }, { from: 0.75, to: 1 }], 1])
  assert.deepEqual([tuesday.bars[0].gaps, tuesday.bars[0].kept], [[{ from: 0, to: 0.25 }], 0.5])
})

test("a recording without an end goes on to the end of the week", () => {
  const lanes = weekLanes([occurrence(5, 12, null)], MONDAY)
  assert.deepEqual(lanes.map(({ bars }) => shape(bars)), [[], [], [], [], [], [["Shop", 12, 24, 0]], [["Shop", 0, 24, 0]]])
})

test("an occurrence that has no time is on its day, in a place of its own", () => {
  const [monday] = weekLanes([occurrence(0, 0, 0, "Nest"), occurrence(0, 0, 6, "Street")], MONDAY)
  assert.deepEqual(shape(monday.bars), [["Nest", 0, 0, 0], ["Street", 0, 6, 1]])
})

test("a press beside a short bar means it, one far away means nothing", () => {
  const [{ bars }] = weekLanes([occurrence(0, 6, 6.2, "Short"), occurrence(0, 8, 18, "Long")], MONDAY)
  assert.equal(nearestBar(bars, 6.5 / 24, 0.02)?.occurrence.name, "Short")
  assert.equal(nearestBar(bars, 7.9 / 24, 0.02)?.occurrence.name, "Long")
  assert.equal(nearestBar(bars, 12 / 24, 0.02)?.occurrence.name, "Long")
  assert.equal(nearestBar(bars, 22 / 24, 0.02), null)
  assert.equal(nearestBar([], 0.5, 1), null)
})

test("arrows go from bar to bar, and over days without one", () => {
  const lanes = weekLanes([occurrence(0, 1, 2, "A"), occurrence(0, 12, 13, "B"), occurrence(2, 1, 2, "C"), occurrence(2, 11, 12, "D")], MONDAY)
  const all = lanes.flatMap(({ bars }) => bars)
  const after = (/** @type {number} */ place, /** @type {string} */ key) => barAfterKey(lanes, all[place], key)?.occurrence.name ?? null
  assert.deepEqual(["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "Home", "End", "a"].map((key) => after(1, key)), ["C", "A", "D", null, "A", "D", null])
  assert.equal(after(3, "ArrowUp"), "B")
  assert.equal(after(3, "ArrowRight"), null)
})
