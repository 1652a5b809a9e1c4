// The videos of the library. camrec sends all of them on request, newest first, and then only changes.

/** @import { Model, Video } from "../wire.js" */
/** @typedef {ReturnType<typeof videoStore>} VideoStore */
/** @typedef {{gone: string[], come: string, left: number}} VideoChanges `come`: JSON of videos; `left`: how many are still to come */

/** @param {Model & {count: number}} model */
export function videoStore(model) {
  /** @type {Map<string, Video>} */
  const videos = new Map() // by file name
  /** @type {number | null} */
  let left = null // how many will still be sent; null: they were not requested

  return {
    all: () => videos.values(),
    size: () => videos.size,
    left: () => left,
    isComplete: () => left !== null && left <= 0,
    /** @param {string} filename */
    get: (filename) => /** @type {Video} */ (videos.get(filename)),
    /** Request them, once. */
    request() {
      if (left !== null) return
      left = model.count
      model.send_msg({ do: "list" })
    },
    /** @param {VideoChanges} changes */
    change(changes) {
      for (const filename of changes.gone) videos.delete(filename)
      for (const video of /** @type {Video[]} */ (JSON.parse(changes.come))) videos.set(video.filename, video)
      left = changes.left
    },
    /** Replace each video by a copy, so that its card is created again. */
    renew() {
      for (const [filename, video] of videos) videos.set(filename, { ...video })
    },
  }
}
