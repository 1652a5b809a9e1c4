// A camera for the page's card and the notebook's cell, which get its state and send requests in different ways.

/** @import { Session, SessionFacts } from "../wire.js" */
/** @import { Locale } from "../kit/locale.js" */
/** @import { LiveStream } from "./live_stream.js" */
/** @typedef {"opening" | "failed" | "stale" | "live"} CameraState */
/** @typedef {"opening" | "failed" | "recording" | "saving" | "ready" | "away"} ControlsMode */

/**
 * @template {SessionFacts} [S=Session]
 * @typedef {ReturnType<typeof cameraModel<S>>} CameraModel
 */

const RECORDING_STATES = ["writing", "waiting"]
const NEGLIGIBLE_SKEW_MS = 2000

/**
 * @template {SessionFacts} S
 * @param {{session: S, base: string}} model with the session's fields
 * @param {LiveStream} live
 * @param {Locale} locale
 * @param {(action: string, details: Record<string, unknown>) => void} send sends a request to camrec; `answered` must be called with the answer
 */
export function cameraModel(model, live, locale, send) {
  const camera = {
    model,
    live,
    locale,
    /** @type {string | null} */
    pending: null, // the action that camrec has not answered yet
    problem: "", // why the latest action failed
    isCutOff: false, // camrec does not answer
    draw: () => {},
    /** @param {string} action */
    ask(action, details = {}) {
      if (camera.pending !== null) return
      camera.pending = action
      camera.problem = ""
      send(action, details)
      camera.draw()
    },
    /**
     * @param {string} action
     * @param {string} problem
     */
    answered(action, problem) {
      if (action === camera.pending) camera.pending = null
      camera.problem = problem
      camera.draw()
    },
    /** No news arrives, so what is known may be out of date. */
    isLost: () => camera.isCutOff || live.isLost(),
    isRecording: () => RECORDING_STATES.includes(model.session.recording?.state ?? ""),
    /** The time by camrec's clock: this browser's, unless the two differ clearly. */
    now: () => Date.now() - (Math.abs(live.skew()) > NEGLIGIBLE_SKEW_MS ? live.skew() : 0),
    /**
     * The session's state, but "stale" as soon as the frame that is shown is old.
     * @returns {CameraState}
     */
    state() {
      const { state } = model.session
      if (state === "opening" || state === "failed") return state
      const age = live.age()
      const isOld = age !== null && age >= live.patience()
      return state === "stale" || isOld || camera.isLost() ? "stale" : "live"
    },
    /**
     * What is shown under the picture (record_controls.js).
     * @param {CameraState} state
     * @returns {ControlsMode}
     */
    controlsMode(state) {
      if (state === "opening" || state === "failed") return state
      if (camera.isRecording()) return "recording"
      if (model.session.recording?.state === "finalising") return "saving"
      return state === "live" ? "ready" : "away"
    },
  }
  return camera
}
