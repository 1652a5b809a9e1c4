import assert from "node:assert/strict"
import { afterEach, beforeEach, mock, test } from "node:test"

import { absenceLine, noteVisit } from "../../camrec/dashboard/static/alerts/absence.js"
import { createLocale } from "../../camrec/dashboard/static/kit/locale.js"
import { provide, realTexts } from "./browser_stubs.js"

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** @type {Map<string, string>} */
const stored = new Map()
provide("localStorage", {
  getItem: (/** @type {string} */ key) => stored.get(key) ?? null,
  setItem: (/** @type {string} */ key, /** @type {string} */ value) => void stored.set(key, value),
})
beforeEach(() => {
  stored.clear()
  mock.timers.enable({ apis: ["Date"], now }) // a day of another year would have its year
})
afterEach(() => mock.timers.reset())

/** @param {number} hours @param {number} minutes */
const at = (hours, minutes, day = 30) => new Date(2026, 10, day, hours, minutes).getTime()
const now = at(14, 5)

test("an absence begins when the page was last seen, and goes on during the visit", () => {
  assert.equal(noteVisit(now), now - 24 * HOUR, "the first visit")
  assert.equal(noteVisit(now + 29 * MINUTE), now - 24 * HOUR, "the same visit")
  const left = now + 29 * MINUTE
  const back = left + 30 * MINUTE
  assert.equal(noteVisit(back), left)
  assert.equal(noteVisit(back + 1), left)
})

test("what cannot be read counts as no visit, and a clock that was set back ends none", () => {
  for (const text of ["{", "7", '{"last": "x"}', "null"]) {
    stored.set("camrec.visit", text)
    assert.equal(noteVisit(now), now - 24 * HOUR, text)
  }
  const since = noteVisit(now)
  assert.equal(noteVisit(now - 5 * HOUR), since)
})

/**
 * @param {"en" | "fr"} language
 * @param {number} since
 * @param {number} recorded
 * @param {number} missing
 */
const line = (language, since, recorded, missing) =>
  absenceLine(createLocale(realTexts(language, "page")), { since, recorded, missing }, now).replaceAll("\u00a0", " ")

test("the sum is one sentence, in both languages", () => {
  const recorded = 22 * 3600
  const missing = 2 * 3600 + 33 * 60
  assert.equal(line("en", at(18, 12, 29), recorded, missing), "Since yesterday 18:12: 22 h recorded, 2 h 33 missing.")
  assert.equal(line("fr", at(18, 12, 29), recorded, missing), "Depuis hier 18:12 : 22 h enregistrées, 2 h 33 manquent.")
  assert.equal(line("en", at(9, 0), 3600, 0), "Since 09:00: 1 h recorded, nothing missing.")
  assert.equal(line("fr", at(9, 0), 5400, 60), "Depuis 09:00 : 1 h 30 enregistrée, 1 min manque.")
  assert.equal(line("fr", at(9, 0), 5400, 0), "Depuis 09:00 : 1 h 30 enregistrée, rien ne manque.")
  assert.equal(line("en", at(18, 12, 27), 0, 7200), "Since Friday 27 November, 18:12: nothing recorded, 2 h missing.")
  assert.equal(line("fr", at(18, 12, 27), 0, 7200), "Depuis vendredi 27 novembre, 18:12 : rien d’enregistré, 2 h manquent.")
  assert.equal(line("en", at(9, 0), 0, 0), "Since 09:00: nothing was due to be recorded.")
})
