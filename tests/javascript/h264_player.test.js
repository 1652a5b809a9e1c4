import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"

import { h264Player } from "../../camrec/dashboard/static/live/h264_player.js"

// Stands in for the browser's decoder, which Node does not have.
/** @type {FakeDecoder} */
let decoder
class FakeDecoder extends EventTarget {
  state = "configured"
  decodeQueueSize = 0
  /** @param {{output: (frame: object) => void}} handlers */
  constructor({ output }) {
    super()
    this.output = output
    decoder = this
  }
  configure() {}
  decode() {}
  close() {
    this.state = "closed"
  }
}

/** @type {number[]} */
let shown = []

beforeEach(() => {
  shown = []
  Object.assign(globalThis, { VideoDecoder: FakeDecoder, EncodedVideoChunk: Object })
})
afterEach(() => {
  Reflect.deleteProperty(globalThis, "VideoDecoder")
  Reflect.deleteProperty(globalThis, "EncodedVideoChunk")
})

function open() {
  const player = h264Player({ show: (_, at) => shown.push(at), acknowledge() {}, fail() {} })
  player.begin({ codec: "avc1.42c01e", width: 640, height: 360 })
  return player
}

/** @param {number} capturedAt */
const output = (capturedAt) => decoder.output({ timestamp: 1000 * capturedAt, close() {} })

/**
 * @param {ReturnType<typeof open>} player
 * @param {number} capturedAt
 */
const take = (player, capturedAt, isHidden = true) =>
  player.take({ data: new Uint8Array(1), capturedAt, isKey: !isHidden, isHidden }, false)

test("a hidden frame is not shown, although its capture time is before that of the frame shown first", () => {
  const player = open()
  take(player, 835, false)
  for (const at of [876, 796, 836]) take(player, at)
  for (const at of [835, 796, 836, 876]) output(at)
  assert.deepEqual(shown, [835])
  player.end()
})

test("hidden frames that the decoder drops are forgotten", () => {
  const player = open()
  for (let at = 1; at <= 200; at += 1) {
    take(player, at)
    decoder.dispatchEvent(new Event("dequeue"))
    if (at % 2) output(at)
  }
  output(2) // which was hidden long ago: another frame of that time would be shown
  assert.deepEqual(shown, [2])
  player.end()
})
