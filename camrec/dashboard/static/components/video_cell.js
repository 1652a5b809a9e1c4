// A video in the browser's own player, for a notebook or any Panel page.

import { h } from "../kit/base.js"
import { kernelAddresses } from "../kit/kernel_address.js"
import { lifetime } from "../kit/lifetime.js"
import { serverUrl, urlPart } from "../kit/route.js"

/** @import { RenderArguments } from "../wire.js" */

/** @param {RenderArguments<{filename: string, title: string, poster: boolean}>} _ */
export function render({ model, view }) {
  const life = lifetime(model, view)
  const untried = kernelAddresses(model.base)
  const video = h("video", { controls: true, preload: "metadata", playsinline: true, "aria-label": model.title })

  function load() {
    const base = untried.shift()
    if (base === undefined) return
    if (model.poster) video.poster = serverUrl(`thumbnails/${urlPart(model.filename)}`, base)
    video.src = serverUrl(`videos/${urlPart(model.filename)}`, base)
  }

  life.on(video, "error", load)
  // A video that is not shown any more must not load.
  life.add(() => video.removeAttribute("src"))
  load()
  return video
}
