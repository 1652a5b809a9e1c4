// What is requested of camrec's stream: H.264 if the browser can decode it, and frames no wider than they are shown.

import { canDecodeH264 } from "./h264_player.js"

/** @import { SteadyClock } from "./stream_clock.js" */
/** @typedef {ReturnType<typeof frameRequest>} FrameRequest */

const MAX_DECODER_FAILURES = 3 // within a minute, after which JPEG is requested
const FAILURES_WINDOW_S = 60

/**
 * @param {SteadyClock} clock
 * @param {Element} element what the frames are shown in
 */
export function frameRequest(clock, element) {
  let decodes = canDecodeH264()
  let asked = { url: "", width: 0, h264: false } // by the latest connection; width 0: not known
  /** @type {number[]} */
  let failures = [] // times at which a decoder failed

  const shownWidth = () => Math.ceil(element.clientWidth * devicePixelRatio)
  return {
    /**
     * The address of the next connection.
     * @param {string} url
     */
    address(url) {
      asked = { url, width: shownWidth(), h264: decodes }
      return `${url}&mode=${decodes ? "h264" : "page"}${asked.width ? `&width=${asked.width}` : ""}`
    },
    isH264: () => asked.h264,
    isTooSmall: () => shownWidth() > asked.width,
    snapshotUrl: () => asked.url.replace(/^ws/, "http").replace("stream?", "snapshot?"),
    /** @param {boolean} hasShown if it never showed a frame, it never will */
    decoderFailed(hasShown) {
      failures = [...failures.filter((moment) => clock.since(moment) < FAILURES_WINDOW_S), clock.now()]
      if (!hasShown || failures.length >= MAX_DECODER_FAILURES) decodes = false
    },
  }
}
