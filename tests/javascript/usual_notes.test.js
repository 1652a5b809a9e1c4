import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"

import { rememberNote, usualNotes } from "../../camrec/dashboard/static/live/usual_notes.js"
import { provide } from "./browser_stubs.js"

/** @type {Map<string, string>} */
const stored = new Map()
provide("localStorage", {
  getItem: (/** @type {string} */ key) => stored.get(key) ?? null,
  setItem: (/** @type {string} */ key, /** @type {string} */ value) => void stored.set(key, value),
})
beforeEach(() => stored.clear())

/** @param {string[]} notes */
const write = (...notes) => notes.forEach(rememberNote)

test("the three notes that were used most are offered, of equals the later one first", () => {
  assert.deepEqual(usualNotes(), [])
  write("rearing", "grooming", "rearing", "door", "light")
  assert.deepEqual(usualNotes(), ["rearing", "light", "door"])
})

test("of many notes, those that were used least are forgotten, the oldest first", () => {
  write("old", "usual", "usual")
  write(...Array.from({ length: 60 }, (_, number) => `once ${number}`))
  assert.equal(usualNotes()[0], "usual")
  write("old", "old")
  const kept = JSON.parse(stored.get("camrec.notes") ?? "[]")
  assert.equal(kept.length, 50)
  assert.deepEqual(kept.at(-1), ["old", 2]) // as if it had never been used before
})

test("what cannot have been written is not offered", () => {
  for (const value of ["x", "{}", "null", '[1, ["a"], ["b", "c"]]']) {
    stored.set("camrec.notes", value)
    assert.deepEqual(usualNotes(), [], value)
  }
})
