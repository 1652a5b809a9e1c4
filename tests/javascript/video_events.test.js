import assert from "node:assert/strict"
import { test } from "node:test"

import { exactFrameTimes } from "../../camrec/dashboard/static/videos/frame_clock.js"
import { eventBeside, videoEvents } from "../../camrec/dashboard/static/videos/video_events.js"
import { provide } from "./browser_stubs.js"

provide("document", { baseURI: "http://127.0.0.1/" })

const frames = exactFrameTimes([0, 0.1, 0.2, 5, 5.1]) // no frame for nearly five seconds
const EVENT = { id: "", at: "", length: null, text: "", value: null, frame: null, in_gap: false, end_second: null }
const events = [0.05, 0.12, 0.19, 3, 5.1].map((second) => ({ ...EVENT, second }))

/**
 * @param {number} time
 * @param {number} direction
 */
const beside = (time, direction) => eventBeside(events, time, direction, frames)?.second

test("the next event is on a later frame than the one that is shown, the previous one on an earlier frame", () => {
  assert.equal(beside(0, 1), 0.12)
  assert.equal(beside(0.104, 1), 3)
  assert.equal(beside(0.104, -1), 0.05)
  assert.equal(beside(5.2, -1), 3)
})

test("an event in a gap belongs to the last frame before it", () => {
  assert.equal(beside(0.204, 1), 5.1)
  assert.equal(beside(0.204, -1), 0.19)
})

test("before the first event and after the last one there is none", () => {
  assert.equal(beside(0, -1), undefined)
  assert.equal(beside(5.104, 1), undefined)
})

test("a list that was on its way when an event was deleted does not bring it back", async () => {
  /** @type {((list: object[]) => void)[]} */
  const requests = []
  provide("fetch", () => new Promise((resolve) => requests.push((list) => resolve({ ok: true, json: async () => ({ events: list }) }))))
  /** @type {(answer: object) => void} */
  let answer = () => {}
  const life = { watch: (/** @type {string} */ _, /** @type {typeof answer} */ told) => void (answer = told), add: () => {} }
  const shown = { filename: "a.mp4", can_mark: true, receipt: { events: [EVENT] } }
  const model = { shown, base: "http://127.0.0.1/", send_msg: () => {} }
  const listed = { ...EVENT, id: "one", second: 1 }
  const loaded = () => new Promise((resolve) => setTimeout(resolve))
  const own = videoEvents(/** @type {any} */ (life), /** @type {any} */ (model))
  own.show()
  requests[0]?.([listed])
  await loaded()
  assert.deepEqual(own.list, [listed])
  own.show()
  own.remove(listed)
  requests[1]?.([listed])
  await loaded()
  assert.deepEqual(own.list, [])
  answer({ answered: "unmark", ok: true, problem: "", given: "" })
  requests[2]?.([])
  await loaded()
  assert.deepEqual([own.list, own.deleted], [[], listed])
})
