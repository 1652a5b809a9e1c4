// H.264 frames as the camera encoded them, decoded by the browser.

import { acknowledgements } from "./acknowledgements.js"

/** @import { StreamFormat } from "../wire.js" */
/** @typedef {{data: Uint8Array<ArrayBuffer>, capturedAt: number, isKey: boolean, isHidden: boolean}} H264Frame */

const MAX_UNSEEN = 60 // frames taken without one coming out: it will never do

/** Whether the browser has a decoder: not on plain http, but for this machine's own addresses. */
export const canDecodeH264 = () => "VideoDecoder" in window

/**
 * @param {object} handlers
 * @param {(frame: VideoFrame, capturedAt: number) => void} handlers.show draws it; it is closed afterwards
 * @param {(count: number, nextCount: number) => void} handlers.acknowledge the decoder has taken `count` more
 * @param {(hasShown: boolean) => void} handlers.fail the browser cannot decode this, or not any more
 */
export function h264Player({ show, acknowledge, fail }) {
  /** @type {VideoDecoder | null} */
  let decoder = null
  let hidden = new Set() // timestamps of those that are decoded but not shown
  /** @type {number[]} */
  let queue = [] // bytes of the frames that the decoder has not taken
  let isLate = false // the last frame came late
  let unseen = 0 // frames taken since one came out
  let hasShown = false
  const acks = acknowledgements(acknowledge, () => isLate || queue.length > 0)

  /**
   * A new decoder; the next frame is a key frame.
   * @param {StreamFormat} format
   */
  function begin({ codec }) {
    acks.restart(queue.length)
    end()
    const opened = new VideoDecoder({
      output(frame) {
        if (opened === decoder) decoded(frame)
        frame.close()
      },
      error() {
        if (opened !== decoder) return
        decoder = null
        fail(hasShown)
      },
    })
    opened.addEventListener("dequeue", () => opened === decoder && taken(opened))
    decoder = opened
    opened.configure({ codec, optimizeForLatency: true })
  }

  /** @param {VideoFrame} frame */
  function decoded(frame) {
    const isHidden = hidden.has(frame.timestamp)
    for (const timestamp of hidden) if (timestamp <= frame.timestamp) hidden.delete(timestamp)
    unseen = 0
    if (isHidden) return
    hasShown = true
    show(frame, frame.timestamp / 1000)
  }

  /**
   * The decoder has taken further frames.
   * @param {VideoDecoder} from
   */
  function taken(from) {
    while (queue.length > from.decodeQueueSize) {
      unseen += 1
      acks.add(/** @type {number} */ (queue.shift()))
    }
    acks.schedule()
    if (unseen <= MAX_UNSEEN) return
    end()
    fail(false)
  }

  /**
   * @param {H264Frame} frame each has a capture time of its own, in milliseconds
   * @param {boolean} late
   */
  function take({ data, capturedAt, isKey, isHidden }, late) {
    if (decoder === null) return
    isLate = late
    const timestamp = Math.round(1000 * capturedAt)
    if (isHidden) hidden.add(timestamp)
    queue.push(data.length)
    try {
      decoder.decode(new EncodedVideoChunk({ type: isKey ? "key" : "delta", timestamp, data }))
    } catch {
      // It was closed by an error that it has not reported yet.
    }
  }

  function end() {
    const ending = decoder
    decoder = null
    if (ending && ending.state !== "closed") ending.close()
    hidden = new Set()
    queue = []
    unseen = 0
    acks.clear()
  }

  return { begin, take, end }
}
