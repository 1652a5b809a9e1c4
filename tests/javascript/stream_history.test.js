import assert from "node:assert/strict"
import { test } from "node:test"

import { MAX_MOMENTS, plotColumns, plotGaps, streamHistory } from "../../camrec/dashboard/static/live/stream_history.js"

/** @import { StreamFacts } from "../../camrec/dashboard/static/wire.js" */

/**
 * @param {number} now
 * @param {Partial<StreamFacts>} further
 */
const facts = (now, further = {}) => /** @type {StreamFacts} */ ({ now, fps: 25, bit_rate: 4e6, lag: 0.2, age: 0.1, lost: 0, ...further })

test("a moment has the figures in the units of the plots", () => {
  const history = streamHistory(3_600_000)
  assert.deepEqual(history.add(facts(10), 2), [{ at: 3_610_000, isAway: false, fps: 25, rate: 4, lag: 200, lost: 0 }])
})

test("lost packets are those since the moment before", () => {
  const history = streamHistory(0)
  history.add(facts(1, { lost: 40 }), 2)
  assert.equal(history.add(facts(2, { lost: 43 }), 2)[0].lost, 3)
})

test("the same facts are no further moment", () => {
  const history = streamHistory(0)
  history.add(facts(1), 2)
  assert.deepEqual(history.add(facts(1), 2), [])
})

test("without a picture there are no figures", () => {
  const [moment] = streamHistory(0).add(facts(1, { age: 2 }), 2)
  assert.deepEqual([moment.isAway, moment.fps, moment.lag], [true, NaN, NaN])
})

test("no line goes across a time out of sight", () => {
  const history = streamHistory(0)
  history.add(facts(1), 2)
  const added = history.add(facts(5), 2)
  assert.deepEqual(added.map(({ at, fps }) => [at, fps]), [[1001, NaN], [5000, 25]])
})

test("five minutes are kept", () => {
  const history = streamHistory(0)
  for (let second = 1; second < 400; second += 1) history.add(facts(second), 2)
  assert.equal(history.moments.length, MAX_MOMENTS)
})

test("an area has upright edges where values begin and end", () => {
  const here = { at: 1, fps: 25, rate: 1, lag: 1, lost: 0 }
  const away = { at: 2, fps: NaN, rate: NaN, lag: NaN, lost: 0 }
  const columns = plotColumns([here, away, { ...here, at: 3 }])
  assert.deepEqual(columns.at, [1, 1, 2, 3, 3])
  assert.deepEqual(columns.fps, [25, NaN, NaN, NaN, 25])
  assert.deepEqual(columns.fps_area, [25, 0, 0, 0, 25])
  assert.deepEqual(columns.lost, [0, 0, 0, 0, 0])
})

test("a gap lasts from the last moment with pictures to the first with them again", () => {
  const moments = [0, 1, 2, 3, 4].map((at) => ({ at, isAway: at === 2 || at === 3, fps: 0, rate: 0, lag: 0, lost: 0 }))
  assert.deepEqual(plotGaps(moments), { x0: [1], x1: [4] })
  assert.deepEqual(plotGaps(moments.slice(2, 4)), { x0: [2], x1: [3] })
})
