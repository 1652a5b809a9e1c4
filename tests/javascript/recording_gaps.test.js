import assert from "node:assert/strict"
import { test } from "node:test"

import { totalGap, withGrowingGap } from "../../camrec/dashboard/static/live/recording_gaps.js"
import { missingLength, recordedLength } from "../../camrec/dashboard/static/videos/video_format.js"
import { gapStart } from "../../camrec/dashboard/static/videos/seeking.js"

test("the gap that is growing begins at the last picture", () => {
  assert.deepEqual(withGrowingGap([], 30, 8), [{ start: 22, duration: 8 }])
})

test("the gap that is growing replaces what was told of it already", () => {
  const known = [{ start: 3, duration: 2 }, { start: 22, duration: 5 }]
  assert.deepEqual(withGrowingGap(known, 30, 8), [{ start: 3, duration: 2 }, { start: 22, duration: 8 }])
})

test("a gap does not begin before the recording", () => {
  assert.deepEqual(withGrowingGap([], 3, 10), [{ start: 0, duration: 3 }])
})

test("a gap at the end belongs to what was recorded, though it is in no file", () => {
  const video = { duration: 10, gaps: [{ start: 2, duration: 1 }, { start: 9.5, duration: 2.5 }] }
  assert.equal(recordedLength(video), 12)
  assert.equal(missingLength(video), 3.5)
  assert.equal(totalGap(video.gaps), 3.5)
})

test("the gap before the position is the one that began at least half a second ago", () => {
  const gaps = [{ start: 2, duration: 1 }, { start: 8, duration: 1 }]
  assert.equal(gapStart(gaps, 8, -1), 2)
  assert.equal(gapStart(gaps, 8.6, -1), 8)
  assert.equal(gapStart(gaps, 2, 1), 8)
  assert.equal(gapStart(gaps, 8, 1), undefined)
})
