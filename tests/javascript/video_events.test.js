import assert from "node:assert/strict"
import { test } from "node:test"

import { exactFrameTimes } from "../../camrec/dashboard/static/videos/frame_clock.js"
import { eventBeside } from "../../camrec/dashboard/static/videos/video_events.js"

const frames = exactFrameTimes([0, 0.1, 0.2, 5, 5.1]) // no frame for nearly five seconds
const EVENT = { id: "", at: "", length: null, text: "", value: null, frame: null, in_gap: false, end_second: null }
const events = [0.05, 0.12, 0.19, 3, 5.1].map((second) => ({ ...EVENT, second }))

/**
 * @param {number} time
 * @param {number} direction
 */
const beside = (time, direction) => eventBeside(events, time, direction, frames)?.second

test("the next event is on a later frame than the one that is shown, the previous one on an earlier frame", () => {
  assert.equal(beside(0, 1), 0.12)
  assert.equal(beside(0.104, 1), 3)
  assert.equal(beside(0.104, -1), 0.05)
  assert.equal(beside(5.2, -1), 3)
})

test("an event in a gap belongs to the last frame before it", () => {
  assert.equal(beside(0.204, 1), 5.1)
  assert.equal(beside(0.204, -1), 0.19)
})

test("before the first event and after the last one there is none", () => {
  assert.equal(beside(0, -1), undefined)
  assert.equal(beside(5.104, 1), undefined)
})
