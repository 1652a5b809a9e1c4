// The events of the video that the player shows: loaded from camrec, and marked, noted and deleted there.

import { serverUrl, urlPart } from "../kit/route.js"

/** @import { Lifetime } from "../kit/lifetime.js" */
/** @import { Answer, Model, ShownVideo, VideoEvent } from "../wire.js" */
/** @import { FrameTimes } from "./frame_clock.js" */
/** @typedef {ReturnType<typeof videoEvents>} VideoEvents */

/**
 * The next event (1) or the previous one (-1), by the frames that show them; undefined: there is none.
 * @param {VideoEvent[]} events the earliest first
 * @param {number} time
 * @param {number} direction
 * @param {Pick<FrameTimes, "frameNumber">} frames
 */
export function eventBeside(events, time, direction, frames) {
  const now = frames.frameNumber(time)
  /** @param {VideoEvent} event */
  const distance = ({ second }) => direction * (frames.frameNumber(second) - now)
  return direction > 0 ? events.find((each) => distance(each) > 0) : events.findLast((each) => distance(each) > 0)
}

/**
 * @param {Lifetime} life
 * @param {Model & {shown: ShownVideo}} model
 */
export function videoEvents(life, model) {
  let requests = 0
  const events = {
    filename: "",
    /** @type {VideoEvent[]} */
    list: [],
    open: "", // the id of the event whose note is being written
    /** @type {VideoEvent | null} */
    deleted: null, // the latest one, until it is marked again or another video is shown
    problem: "",
    changed: () => {},
    canMark: () => model.shown.can_mark === true,
    /** Show those of another video, or of the same one again. */
    show() {
      const { filename = "", receipt } = model.shown
      if (filename !== events.filename) Object.assign(events, { filename, list: [], open: "", deleted: null, problem: "" })
      if (receipt?.events.length || events.list.length) load()
    },
    /** @param {number} second */
    mark: (second) => ask("mark", { filename: events.filename, second }),
    /** Mark the event again that was deleted. */
    undo() {
      const { deleted } = events
      if (deleted === null) return
      const { at, text, length, value } = deleted
      events.deleted = null
      ask("remark", { filename: events.filename, at, fields: { text, length, value } })
    },
    /**
     * @param {string} id
     * @param {string} text
     */
    note(id, text) {
      events.list = events.list.map((each) => (each.id === id ? { ...each, text } : each))
      ask("note", { event_id: id, text })
    },
    /** @param {VideoEvent} event */
    remove(event) {
      events.list = events.list.filter((each) => each.id !== event.id)
      events.deleted = event
      ask("unmark", { event_id: event.id })
    },
  }

  /**
   * @param {string} action
   * @param {Record<string, unknown>} details
   */
  function ask(action, details) {
    events.problem = ""
    requests += 1 // a list that is on its way does not have this change yet
    model.send_msg({ do: action, ...details })
    events.changed()
  }

  async function load() {
    const { filename } = events
    const request = ++requests
    const url = serverUrl(`videos/${urlPart(filename)}/events`, model.base)
    const answer = await fetch(url).then((reply) => (reply.ok ? reply.json() : null), () => null)
    if (request !== requests || answer === null) return
    events.list = answer.events
    events.changed()
  }

  life.watch("msg:custom", (/** @type {Answer} */ { answered, ok, problem, given }) => {
    if (!["mark", "remark", "note", "unmark"].includes(answered)) return
    events.problem = problem
    if (ok && answered === "mark") events.open = given
    if (!ok && answered === "unmark") events.deleted = null
    load()
    events.changed()
  })
  life.add(() => void (requests += 1)) // an answer that comes later is for nobody
  return events
}
