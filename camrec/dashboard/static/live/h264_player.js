// H.264 frames as the camera encoded them, decoded by the browser.

import { acknowledgements } from "./acknowledgements.js"

/** @import { StreamFormat } from "../wire.js" */
/** @typedef {{data: Uint8Array<ArrayBuffer>, capturedAt: number, isKey: boolean, isHidden: boolean}} H264Frame */

const MAX_UNSEEN = 60 // frames that the decoder takes without returning one, after which it never will

/** Whether the browser has a decoder. It has none on plain http, except on this machine's own addresses. */
export const canDecodeH264 = () => "VideoDecoder" in window

/**
 * @param {object} handlers
 * @param {(frame: VideoFrame, capturedAt: number) => void} handlers.show draws a frame, which is closed afterwards
 * @param {(count: number, nextCount: number) => void} handlers.acknowledge the decoder has taken `count` more frames
 * @param {(hasShown: boolean) => void} handlers.fail the browser cannot decode this stream, or not any more
 */
export function h264Player({ show, acknowledge, fail }) {
  /** @type {VideoDecoder | null} */
  let decoder = null
  const hidden = hiddenFrames()
  /** @type {number[]} */
  let queue = [] // sizes in bytes of the frames that the decoder has not taken
  let isLate = false // the last frame arrived late
  let unseen = 0 // frames that the decoder has taken since it returned one
  let hasShown = false
  const acks = acknowledgements(acknowledge, () => isLate || queue.length > 0)

  /**
   * Start a new decoder. The next frame is a key frame.
   * @param {StreamFormat} format
   */
  function begin({ codec }) {
    acks.restart(queue.length)
    end()
    decoder = openDecoder((opened) => opened === decoder, {
      decoded,
      taken,
      failed() {
        decoder = null
        fail(hasShown)
      },
    })
    decoder.configure({ codec, optimizeForLatency: true })
  }

  /** @param {VideoFrame} frame */
  function decoded(frame) {
    unseen = 0
    if (hidden.remove(frame.timestamp)) return
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
   * @param {H264Frame} frame its capture time in milliseconds must be unique
   * @param {boolean} late
   */
  function take({ data, capturedAt, isKey, isHidden }, late) {
    if (decoder === null) return
    isLate = late
    const timestamp = Math.round(1000 * capturedAt)
    if (isHidden) hidden.add(timestamp, queue.length)
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
    hidden.clear()
    queue = []
    unseen = 0
    acks.clear()
  }

  return { begin, take, end }
}

/** The timestamps of the frames that are decoded but not shown. */
function hiddenFrames() {
  /** @type {Set<number>} */
  const timestamps = new Set() // the oldest first
  return {
    /**
     * A later frame may have an earlier capture time, while camrec still learns the camera's clock. So the order of
     * the times does not tell which frames the decoder has dropped, but their number does.
     * @param {number} timestamp
     * @param {number} queued frames that the decoder has not taken
     */
    add(timestamp, queued) {
      timestamps.add(timestamp)
      const [oldest] = timestamps
      if (oldest !== undefined && timestamps.size > queued + 1 + MAX_UNSEEN) timestamps.delete(oldest)
    },
    /**
     * Whether a frame that was decoded is one of them.
     * @param {number} timestamp
     */
    remove: (timestamp) => timestamps.delete(timestamp),
    clear: () => timestamps.clear(),
  }
}

/**
 * @param {(decoder: VideoDecoder) => boolean} isCurrent events of any other decoder are ignored
 * @param {object} handlers
 * @param {(frame: VideoFrame) => void} handlers.decoded
 * @param {(decoder: VideoDecoder) => void} handlers.taken
 * @param {() => void} handlers.failed
 */
function openDecoder(isCurrent, { decoded, taken, failed }) {
  const decoder = new VideoDecoder({
    output(frame) {
      if (isCurrent(decoder)) decoded(frame)
      frame.close()
    },
    error() {
      if (isCurrent(decoder)) failed()
    },
  })
  decoder.addEventListener("dequeue", () => isCurrent(decoder) && taken(decoder))
  return decoder
}
