// The videos of the library: camrec sends all on request, the newest first, and then only changes.

/** @import { Model, Video } from "../wire.js" */
/** @typedef {{gone: string[], come: string, left: number}} VideoChanges `come`: JSON of videos; `left`: how many are still to come */

/** @param {Model & {count: number}} model */
export function videoStore(model) {
  /** @type {Map<string, Video>} */
  const videos = new Map() // by file name
  /** @type {number | null} */
  let left = null // how many are still to come; null: camrec was not asked

  return {
    all: () => videos.values(),
    size: () => videos.size,
    left: () => left,
    isComplete: () => left !== null && left <= 0,
    /** @param {string} filename */
    get: (filename) => /** @type {Video} */ (videos.get(filename)),
    /** Ask for them, once. */
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
    /** Other objects of the same videos: what was made of them is made again. */
    renew() {
      for (const [filename, video] of videos) videos.set(filename, { ...video })
    },
  }
}
