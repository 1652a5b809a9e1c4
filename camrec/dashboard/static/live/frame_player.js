// Decodes, draws and acknowledges the frames of the stream's messages.
//
// Each frame is answered with "ok", some together with "ok 3 4" (web/handlers/stream.py), and the server sends no more
// than a few ahead.

import { h264Player } from "./h264_player.js"
import { jpegPlayer } from "./jpeg_player.js"
import { parseFrame } from "./stream_message.js"

/** @import { StreamFacts, StreamFormat } from "../wire.js" */
/** @import { FrameRequest } from "./frame_request.js" */
/** @import { FrameAge } from "./frame_age.js" */
/** @import { Picture, VideoSurface } from "./video_surface.js" */

const LATE_S = 0.3 // age from which on a frame that arrives is late

/**
 * The surface's element has an attribute data-way: "h264" or "jpeg".
 * @param {VideoSurface} surface
 * @param {FrameAge} shown
 * @param {FrameRequest} request
 * @param {object} handlers
 * @param {(message: string) => void} handlers.send
 * @param {() => void} handlers.onFirstFrame
 * @param {(facts: StreamFacts) => void} handlers.onFacts
 * @param {() => void} handlers.onFailure the browser cannot decode H.264
 */
export function framePlayer(surface, shown, request, { send, onFirstFrame, onFacts, onFailure }) {
  const { element } = surface
  const acknowledge = (count = 1, nextCount = 1) => send(`ok ${count} ${nextCount}`)
  const jpeg = jpegPlayer({ acknowledge: () => acknowledge(), show: (image, capturedAt) => show("jpeg", image, capturedAt) })
  const h264 = h264Player({
    acknowledge,
    show: (frame, capturedAt) => show("h264", frame, capturedAt),
    fail(hasShown) {
      request.decoderFailed(hasShown)
      onFailure()
    },
  })

  /**
   * @param {"h264" | "jpeg"} way
   * @param {Picture} image
   * @param {number} capturedAt
   */
  function show(way, image, capturedAt) {
    if (shown.isOutdated(capturedAt)) return
    surface.show(image, capturedAt)
    shown.show(capturedAt)
    element.classList.toggle("old", shown.isOld())
    if (element.dataset.way !== way) element.dataset.way = way
    if (shown.frames() === 1) onFirstFrame()
  }

  /** @param {StreamFacts | StreamFormat} message */
  function receiveText(message) {
    if (!("codec" in message)) return onFacts(message)
    surface.expect(message.width, message.height)
    h264.begin(message)
  }

  return {
    /** @param {string | ArrayBuffer} data */
    receive(data) {
      if (typeof data === "string") return receiveText(JSON.parse(data))
      const frame = parseFrame(data, request.isH264())
      if (frame.isJpeg) jpeg.take(frame.data, frame.capturedAt)
      else h264.take(frame, shown.since(frame.capturedAt) > LATE_S)
    },
    /** The connection has ended. */
    end() {
      h264.end()
      jpeg.end()
    },
  }
}
