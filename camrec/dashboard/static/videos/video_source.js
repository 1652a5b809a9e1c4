// The <video> of the player, and the file that it plays.

import { h } from "../kit/base.js"
import { serverUrl, urlPart } from "../kit/route.js"

/** @typedef {ReturnType<typeof videoSource>} VideoSource */

/**
 * The same <video> is used as long as the file is the same, so a change of language does not interrupt it.
 * @param {string} base
 */
export function videoSource(base) {
  let element = h("video")
  const start = () => void element.play().catch(() => {}) // a browser may want a click first

  function release() {
    element.pause()
    element.removeAttribute("src")
    element.load() // closes the connection, and so the file on the server
  }

  return {
    element: () => element,
    start,
    release,
    /** Use a new <video> after `release`. */
    reset() {
      element = h("video")
    },
    /**
     * @param {string} filename
     * @param {number | null} time where it continues; null: at the start
     */
    load(filename, time) {
      const url = serverUrl(`videos/${urlPart(filename)}`, base)
      if (element.src === url) return element
      release()
      element = h("video", { playsinline: true, preload: "auto", src: url })
      if (time !== null) element.currentTime = time
      else start()
      return element
    },
  }
}
