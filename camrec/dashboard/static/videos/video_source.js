// The <video> of the player, and the file that it plays.

import { h } from "../kit/base.js"
import { serverUrl, urlPart } from "../kit/route.js"

/** @typedef {ReturnType<typeof videoSource>} VideoSource */

/**
 * The <video>, the same one as long as it is the same file: a change of language goes on with it.
 * @param {string} base
 */
export function videoSource(base) {
  let element = h("video")
  const start = () => void element.play().catch(() => {}) // a browser may want a click first

  function release() {
    element.pause()
    element.removeAttribute("src")
    element.load() // lets the connection go, and with it the file on the server
  }

  return {
    element: () => element,
    start,
    release,
    /** After a release: a new one. */
    reset() {
      element = h("video")
    },
    /**
     * @param {string} filename
     * @param {number | null} time where it goes on; null: it starts
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
