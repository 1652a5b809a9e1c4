// The thumbnail of a video.

import { h } from "../kit/base.js"
import { icon } from "../kit/icons.js"
import { serverUrl, urlPart } from "../kit/route.js"

/** @import { Video } from "../wire.js" */

/**
 * If there is none, the background is plain.
 * @param {Video} video
 * @param {string} base
 * @param {number} delayMs for which it has to stay in the document before it loads
 */
export function thumbnail(video, base, delayMs = 0) {
  const image = h("img", { class: "thumbnail", alt: "", loading: "lazy", decoding: "async" })
  const load = () => {
    image.src = serverUrl(`thumbnails/${urlPart(video.filename)}`, base)
  }
  image.addEventListener("error", () => image.replaceWith(h("span", { class: "thumbnail none" }, icon("video", 32))))
  if (delayMs) setTimeout(() => image.isConnected && load(), delayMs)
  else load()
  return image
}
