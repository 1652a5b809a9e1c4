import assert from "node:assert/strict"
import { afterEach, beforeEach, mock, test } from "node:test"

import { acknowledgements } from "../../camrec/dashboard/static/live/acknowledgements.js"
import { parseFrame } from "../../camrec/dashboard/static/live/stream_message.js"

/**
 * @param {bigint[]} header
 * @param {number[]} payload
 */
function message(header, payload) {
  const bytes = new Uint8Array(8 * header.length + payload.length)
  const view = new DataView(bytes.buffer)
  header.forEach((value, index) => view.setBigUint64(8 * index, value, true))
  bytes.set(payload, 8 * header.length)
  return bytes.buffer
}

test("a frame's header has its capture time, and flags where H.264 was asked for", () => {
  const frame = parseFrame(message([1_700_000_000_123_456n, 7n, 3n], [9, 8]), true)
  assert.equal(frame.capturedAt, 1_700_000_000_123.456)
  assert.deepEqual([...frame.data], [9, 8])
  assert.deepEqual([frame.isKey, frame.isHidden, frame.isJpeg], [true, true, false])
})

test("without flags a frame is a JPEG", () => {
  const frame = parseFrame(message([5000n, 7n], [1]), false)
  assert.deepEqual([frame.capturedAt, frame.isJpeg, frame.isKey], [5, true, false])
  assert.deepEqual([...frame.data], [1])
})

/** @type {[number, number][]} */
let sent = []
let isBehind = false

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] })
  sent = []
  isBehind = false
})
afterEach(() => mock.timers.reset())

const open = () => acknowledgements((count, next) => sent.push([count, next]), () => isBehind)

/**
 * @param {ReturnType<typeof open>} acks
 * @param {number} frames
 */
function take(acks, frames, bytes = 100) {
  for (let frame = 0; frame < frames; frame += 1) {
    acks.add(bytes)
    acks.schedule()
  }
}

test("acknowledgements wait for one frame more each time, up to eight", () => {
  take(open(), 52)
  assert.deepEqual(sent.map(([count]) => count), [1, 2, 3, 4, 5, 6, 7, 8, 8, 8])
  assert.deepEqual(sent.at(-1), [8, 8])
})

test("each frame is acknowledged by itself while the page is behind", () => {
  const acks = open()
  take(acks, 6)
  isBehind = true
  sent = []
  take(acks, 3)
  assert.deepEqual(sent, [[1, 1], [1, 1], [1, 1]])
})

test("many bytes are acknowledged at once", () => {
  const acks = open()
  take(acks, 10)
  sent = []
  take(acks, 1, 64 << 10)
  assert.equal(sent.length, 1)
})

test("no acknowledgement waits longer than a third of a second", () => {
  const acks = open()
  take(acks, 4) // one waits
  sent = []
  mock.timers.tick(349)
  assert.deepEqual(sent, [])
  mock.timers.tick(1)
  assert.deepEqual(sent, [[1, 3]])
})

test("with another decoder all that was sent to the one before counts as taken", () => {
  const acks = open()
  take(acks, 4)
  sent = []
  acks.restart(2)
  assert.deepEqual(sent, [[3, 1]])
  mock.timers.tick(1000)
  assert.equal(sent.length, 1)
})
