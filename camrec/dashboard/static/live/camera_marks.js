// The latest mark of one camera: made at once, noted or undone also before camrec has answered.

/** @import { Answer } from "../wire.js" */

/**
 * @typedef {object} Mark
 * @property {number} at in milliseconds since 1970, by camrec's clock
 * @property {boolean} offersNote
 * @property {string | null} id the event's; null: camrec has not answered yet
 * @property {string} text
 * @property {boolean} isUndone
 */
/** @typedef {ReturnType<typeof cameraMarks>} CameraMarks */

/** @param {(action: string, details: Record<string, unknown>) => void} send sends a request to camrec */
export function cameraMarks(send) {
  let number = 0
  /** @type {Map<string, Mark>} */
  const unanswered = new Map()
  /** @type {Mark | null} */
  let latest = null

  /** @param {Mark} mark */
  const sendNote = ({ id, text }) => send("note", { event_id: id, text })
  /** @param {Mark} mark */
  const sendUndo = ({ id }) => send("unmark", { event_id: id })

  return {
    /** The latest one, which can still be noted and undone; null: there is none. */
    latest: () => latest,
    /**
     * @param {string} recordingId
     * @param {number} at
     * @param {boolean} offersNote
     */
    add(recordingId, at, offersNote) {
      number += 1
      latest = { at, offersNote, id: null, text: "", isUndone: false }
      unanswered.set(`mark ${number}`, latest)
      send("mark", { number, recording_id: recordingId, at })
    },
    /**
     * Note what it was, if the latest one was made for this moment.
     * @param {number} at
     * @param {string} text
     */
    note(at, text) {
      if (latest?.at !== at) return
      latest.text = text
      if (latest.id !== null) sendNote(latest)
    },
    undo() {
      if (latest === null) return
      latest.isUndone = true
      if (latest.id !== null) sendUndo(latest)
      latest = null
    },
    forget: () => void (latest = null),
    /**
     * camrec has made a mark, or could not. Other answers do not matter.
     * @param {Pick<Answer, "answered" | "ok" | "given">} answer
     */
    answered({ answered, ok, given }) {
      const mark = unanswered.get(answered)
      if (mark === undefined) return
      unanswered.delete(answered)
      if (ok) {
        mark.id = given
        if (mark.isUndone) sendUndo(mark)
        else if (mark.text) sendNote(mark)
      } else if (mark === latest) {
        latest = null
      }
    },
  }
}
