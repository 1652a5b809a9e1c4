import assert from "node:assert/strict"
import { test } from "node:test"

import { estimatedFrameTimes, exactFrameTimes } from "../../camrec/dashboard/static/videos/frame_clock.js"

const GAP = { start: 4, duration: 2 }

test("the shown frame is the last one whose time has come", () => {
  const frames = exactFrameTimes([0, 0.04, 0.08, 0.5])
  assert.deepEqual([0, 0.039, 0.04, 0.3, 0.5, 9].map(frames.frameNumber), [1, 1, 2, 3, 4, 4])
  assert.equal(frames.count, 4)
})

test("a step seeks just inside the next frame, never onto the one before it", () => {
  const frames = exactFrameTimes([0, 0.04, 0.08, 0.5])
  assert.equal(frames.step(0.01, 1), 0.044)
  assert.equal(frames.step(0.041, -1), 0.004)
  assert.equal(frames.frameNumber(frames.step(0.04, 1)), 3)
})

test("a step beyond the ends stays at the ends", () => {
  const frames = exactFrameTimes([0, 0.04, 0.08])
  assert.equal(frames.frameNumber(frames.step(0.08, 5)), 3)
  assert.equal(frames.frameNumber(frames.step(0, -5)), 1)
})

test("frames closer than the seek's margin are told apart", () => {
  const frames = exactFrameTimes([0, 0.001, 0.002])
  assert.equal(frames.frameNumber(frames.step(0, 1)), 2)
})

test("without a receipt 25 frames a second are assumed", () => {
  const frames = estimatedFrameTimes({ duration: 10, gaps: [] }, null)
  assert.equal(frames.count, null)
  assert.equal(frames.frameNumber(1), 26)
})

test("an estimate counts no frames inside a gap", () => {
  const frames = estimatedFrameTimes({ duration: 10, gaps: [GAP] }, { frames: 81 })
  assert.equal(frames.frameNumber(4), 41)
  assert.equal(frames.frameNumber(5.9), 41)
  assert.equal(frames.frameNumber(6), 42)
})

test("an estimate's step crosses a gap", () => {
  const frames = estimatedFrameTimes({ duration: 10, gaps: [GAP] }, { frames: 81 })
  assert.ok(frames.step(5, 1) >= GAP.start + GAP.duration)
  assert.ok(frames.step(6.01, -1) <= GAP.start + 0.1)
})

test("an estimate never counts further than the receipt", () => {
  assert.equal(estimatedFrameTimes({ duration: 10, gaps: [] }, { frames: 100 }).frameNumber(11), 100)
})
