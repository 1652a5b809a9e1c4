// Marks moments of a camera's recording: by its button, and by a key that may mean several cameras.

import { focusBeside } from "../kit/base.js"
import { MARK_ALL, MARK_CAMERAS, NOTE_MARKS } from "../kit/events.js"
import { cameraMarks } from "./camera_marks.js"
import { markLine } from "./mark_line.js"
import { pressMoment } from "./press_moment.js"

/** @import { Lifetime } from "../kit/lifetime.js" */
/** @import { Answer } from "../wire.js" */
/** @import { CameraModel } from "./camera_model.js" */
/** @typedef {{id: string, isRecording: boolean, isLarge: boolean, hasFocus: boolean}} MarkableCamera */

/**
 * The cameras that a key marks: the enlarged one, or the one with the focus, or all that record. The first one offers a
 * note. Empty: none records.
 * @param {MarkableCamera[]} cameras
 * @param {boolean} wantsAll
 */
export function markTargets(cameras, wantsAll) {
  const recorded = cameras.filter((each) => each.isRecording)
  const chosen = recorded.find((each) => each.isLarge) ?? recorded.find((each) => each.hasFocus)
  if (chosen === undefined) return recorded.map((each) => each.id)
  const others = wantsAll ? recorded.filter((each) => each !== chosen) : []
  return [chosen, ...others].map((each) => each.id)
}

/**
 * @param {Lifetime} life
 * @param {CameraModel} camera
 * @param {HTMLElement} view of the camera's card
 * @param {() => HTMLElement[]} views of all cards
 * @param {(action: string, details: Record<string, unknown>) => void} send sends a request to camrec
 */
export function marking(life, camera, view, views, send) {
  const id = camera.model.session.session_id
  const marks = cameraMarks(send)
  /** @param {string} text */
  const note = (text) => dispatchEvent(new CustomEvent(NOTE_MARKS, { detail: { at: marks.latest()?.at, text } }))
  const line = markLine(camera, marks, note)

  /**
   * @param {number} timeStamp of the press
   * @param {string[]} ids
   */
  function mark(timeStamp, ids) {
    dispatchEvent(new CustomEvent(MARK_CAMERAS, { detail: { at: pressMoment(timeStamp, camera.live.closestSkew()), ids } }))
  }

  /** @param {KeyboardEvent} event */
  function pressKey({ shiftKey, repeat, timeStamp }) {
    const ids = markTargets(views().map(markable), shiftKey)
    if (ids[0] !== id) return false // the first one's card does it
    if (!repeat) mark(timeStamp, ids)
  }

  life.on(window, MARK_ALL, ({ detail: timeStamp }) => {
    const ids = markTargets(views().map(markable), true)
    if (ids[0] === id) mark(timeStamp, ids) // the first one's card does it
  })
  life.on(window, MARK_CAMERAS, ({ detail: { at, ids } }) => {
    const { recording } = camera.model.session
    if (!ids.includes(id) || recording === null) return
    marks.add(recording.recording_id, at, ids[0] === id)
    line.draw()
  })
  life.on(window, NOTE_MARKS, ({ detail: { at, text } }) => {
    marks.note(at, text)
    line.draw()
  })
  return {
    element: line.element,
    keys: { m: pressKey, M: pressKey },
    /** @param {number} timeStamp of the press on this camera's button */
    press: (timeStamp) => mark(timeStamp, [id]),
    /** @param {boolean} isRecording */
    draw(isRecording) {
      view.toggleAttribute("data-recorded", isRecording)
      line.draw()
    },
    /** @param {Answer} answer */
    answered(answer) {
      marks.answered(answer)
      line.draw()
    },
  }
}

/**
 * @param {HTMLElement} view
 * @returns {MarkableCamera}
 */
const markable = (view) => ({
  id: view.dataset.camera ?? "",
  isRecording: view.dataset.recorded !== undefined,
  isLarge: view.classList.contains("large"),
  hasFocus: focusBeside(view) === view,
})
