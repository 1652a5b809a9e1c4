// Renames a video: the form, and the file name that changes meanwhile.

import { find } from "../kit/base.js"
import { urlPart } from "../kit/route.js"
import { videoName } from "./video_name.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { Answer, Model, PlayedVideo, ShownVideo } from "../wire.js" */
/** @import { VideoSource } from "./video_source.js" */
/** @typedef {{from: string, to: string | null, time: number}} Move `time`: how far it was played */

/**
 * @param {Model & {shown: ShownVideo}} model
 * @param {HTMLElement} root contains the form
 * @param {VideoSource} source
 * @param {() => void} draw
 */
export function renaming(model, root, source, draw) {
  const form = { isOpen: false, problem: "" }
  /** @type {Move | null} */
  let move = null // the file that is being renamed

  function edit() {
    Object.assign(form, { isOpen: true, problem: "" })
    draw()
    const field = /** @type {HTMLInputElement} */ (find(root, "#name"))
    field.select()
  }

  /** @param {string | null} name null: keep the old one */
  function send(name) {
    const { filename = "", video } = model.shown
    if (name === null || name === video?.name) {
      form.isOpen = false
      draw()
      return find(root, ".rename").focus()
    }
    move = { from: filename, to: null, time: source.element().currentTime }
    source.release() // Windows does not rename a file that is being read
    model.send_msg({ do: "rename", filename, name })
  }

  return {
    /**
     * @param {Locale} locale
     * @param {PlayedVideo} video
     */
    element: (locale, video) => videoName(locale, video, { ...form, edit, send }),
    /** @param {Answer} answer */
    answered({ ok, problem, given }) {
      if (!ok) {
        form.problem = problem
        source.reset()
        draw()
        move = null
        return /** @type {HTMLElement | null} */ (root.querySelector("#name"))?.focus()
      }
      form.isOpen = false
      if (move !== null) move.to = given
      if (given === move?.from) return draw()
      location.replace(`#videos/${urlPart(given)}`)
    },
    /** @param {string | null} file that the page goes to */
    leave(file) {
      if (file !== move?.to) form.isOpen = false
    },
    /**
     * The old name is gone, and the new one is not known yet.
     * @param {string} filename
     */
    isMoving: (filename) => move !== null && [move.from, move.to].includes(filename),
    /** Where the video continues under its new name; null: it is not being renamed. */
    time: () => move?.time ?? null,
    /** @param {string} filename that is shown */
    arrived(filename) {
      if (move?.to === filename) move = null
    },
  }
}
