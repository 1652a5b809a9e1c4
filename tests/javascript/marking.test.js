import assert from "node:assert/strict"
import { test } from "node:test"

import { cameraMarks } from "../../camrec/dashboard/static/live/camera_marks.js"
import { markTargets } from "../../camrec/dashboard/static/live/marking.js"
import { pressMoment, pressTime } from "../../camrec/dashboard/static/live/press_moment.js"

function sentMarks() {
  /** @type {[action: string, details: Record<string, unknown>][]} */
  const sent = []
  return { sent, marks: cameraMarks((action, details) => void sent.push([action, details])) }
}

/** @param {string} answered */
const made = (answered, given = "e1") => ({ answered, ok: true, given })

/**
 * @param {string} id
 * @param {Partial<import("../../camrec/dashboard/static/live/marking.js").MarkableCamera>} how
 */
const camera = (id, how = {}) => ({ id, isRecording: true, isLarge: false, hasFocus: false, ...how })

test("the moment is when the key went down, by camrec's clock", () => {
  assert.equal(pressMoment(4_000, 0, 1_000_000, 4_250), 999_750)
  assert.equal(pressMoment(4_000, 3_000, 1_000_000, 4_250), 996_750) // this browser is 3 s ahead
  assert.equal(pressMoment(4_000, -3_000, 1_000_000, 4_250), 1_002_750)
})

test("a press from the future happens now", () => {
  assert.equal(pressMoment(5_000, 0, 1_000_000, 4_000), 1_000_000)
})

test("a click has the time at which its button went down", () => {
  const press = pressTime()
  press.listeners.pointerdown({ timeStamp: 10 })
  assert.equal(press.of({ timeStamp: 900 }), 10)
  assert.equal(press.of({ timeStamp: 950 }), 950) // a click without a press, as a screen reader makes one
})

test("a press that was given up does not date the next click", () => {
  const press = pressTime()
  press.listeners.pointerdown({ timeStamp: 10 })
  press.listeners.pointercancel({})
  assert.equal(press.of({ timeStamp: 900 }), 900)
})

test("a key that is held on the button presses it once", () => {
  const press = pressTime()
  let prevented = 0
  const down = { key: "Enter", preventDefault: () => void (prevented += 1) }
  press.listeners.keydown({ ...down, repeat: false, timeStamp: 10 })
  press.listeners.keydown({ ...down, repeat: true, timeStamp: 500 })
  assert.equal(prevented, 1)
  assert.equal(press.of({ timeStamp: 20 }), 10)
})

test("the key marks the enlarged camera, the one with the focus, or all that record", () => {
  const [door, bench] = [camera("door"), camera("bench")]
  assert.deepEqual(markTargets([door, bench], false), ["door", "bench"])
  assert.deepEqual(markTargets([door, camera("bench", { hasFocus: true })], false), ["bench"])
  assert.deepEqual(markTargets([camera("door", { isLarge: true }), camera("bench", { hasFocus: true })], false), ["door"])
})

test("a camera that does not record is not marked, even if it is enlarged", () => {
  const idle = camera("door", { isLarge: true, isRecording: false })
  assert.deepEqual(markTargets([idle, camera("bench"), camera("roof")], false), ["bench", "roof"])
  assert.deepEqual(markTargets([idle], false), [])
  assert.deepEqual(markTargets([], true), [])
})

test("all are marked where all are wanted, and the chosen one is asked for the note", () => {
  assert.deepEqual(markTargets([camera("door"), camera("bench", { hasFocus: true }), camera("roof")], true), ["bench", "door", "roof"])
})

test("a mark is sent at once and is the latest one", () => {
  const { sent, marks } = sentMarks()
  marks.add("r1", 1000.5, true)
  assert.deepEqual(sent, [["mark", { number: 1, recording_id: "r1", at: 1000.5 }]])
  assert.equal(marks.latest()?.at, 1000.5)
})

test("a note and an undo wait for the answer, which has the id of the event", () => {
  const { sent, marks } = sentMarks()
  marks.add("r1", 1000, true)
  marks.note(1000, "door")
  marks.add("r1", 2000, true)
  marks.undo()
  assert.equal(sent.length, 2)
  marks.answered(made("mark 2", "second"))
  marks.answered(made("mark 1", "first"))
  assert.deepEqual(sent.slice(2), [["unmark", { event_id: "second" }], ["note", { event_id: "first", text: "door" }]])
  assert.equal(marks.latest(), null)
})

test("a note is for the mark of its moment only", () => {
  const { sent, marks } = sentMarks()
  marks.add("r1", 1000, false)
  marks.answered(made("mark 1"))
  marks.note(999, "door")
  assert.equal(sent.length, 1)
  marks.note(1000, "door")
  assert.deepEqual(sent[1], ["note", { event_id: "e1", text: "door" }])
})

test("a mark that camrec could not make is not shown", () => {
  const { sent, marks } = sentMarks()
  marks.add("r1", 1000, true)
  marks.note(1000, "door")
  marks.answered({ answered: "mark 1", ok: false, given: "" })
  assert.equal(marks.latest(), null)
  assert.equal(sent.length, 1)
})

test("answers to other requests change nothing", () => {
  const { marks } = sentMarks()
  marks.add("r1", 1000, true)
  marks.answered({ answered: "stop", ok: false, given: "" })
  assert.equal(marks.latest()?.id, null)
})
