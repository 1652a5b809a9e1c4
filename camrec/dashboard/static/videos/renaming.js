// A video that is given another name: the form, and the file that is moved meanwhile.

import { find } from "../kit/base.js"
import { urlPart } from "../kit/route.js"
import { videoName } from "./video_name.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { Answer, Model, PlayedVideo, ShownVideo } from "../wire.js" */
/** @import { VideoSource } from "./video_source.js" */
/** @typedef {{from: string, to: string | null, time: number}} Move `time`: how far it was played */

/**
 * @param {Model & {shown: ShownVideo}} model
 * @param {HTMLElement} root what the form is drawn in
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

  /** @param {string | null} name null: the old one is kept */
  function send(name) {
    const { filename = "", video } = model.shown
    if (name === null || name === video?.name) {
      form.isOpen = false
      draw()
      return find(root, ".rename").focus()
    }
    move = { from: filename, to: null, time: source.element().currentTime }
    source.release() // Windows renames no file that is being read
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
     * Under its old name it is gone, and under the new one not heard of yet.
     * @param {string} filename
     */
    isMoving: (filename) => move !== null && [move.from, move.to].includes(filename),
    /** Where it goes on under the new name; null: it is not being renamed. */
    time: () => move?.time ?? null,
    /** @param {string} filename that is shown */
    arrived(filename) {
      if (move?.to === filename) move = null
    },
  }
}
