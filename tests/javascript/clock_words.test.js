import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { createLocale } from "../../camrec/dashboard/static/kit/locale.js"
import { clockWords } from "../../camrec/dashboard/static/live/clock_words.js"
import { provide } from "./browser_stubs.js"

/** @import { ClockFields } from "../../camrec/dashboard/static/wire.js" */

provide("navigator", { languages: ["en-GB"] })

const STATES = ["arrival", "no clock", "lies", "set", "free", "camera", "zone", "wrong"] // as in camrec/schema.py

/** @param {string} language */
function locale(language) {
  const found = JSON.parse(readFileSync(new URL(`../../camrec/locale/${language}/page.json`, import.meta.url), "utf-8"))
  const texts = Object.fromEntries(Object.entries(found).map(([key, text]) => [`page.${key}`, text]))
  return createLocale({ language, ...texts })
}

/** @param {Partial<ClockFields>} fields */
function words(fields, language = "en") {
  /** @type {ClockFields} */
  const clock = {
    chosen: true, used: true, changeable: true, state: "camera", reports: 1, error: 0.045, ahead: -0.04, zone: 0, sending: false, ...fields,
  }
  return clockWords(locale(language), clock).replaceAll("\u00a0", " ")
}

test("each state of a clock has its own sentence in both languages", () => {
  for (const language of ["en", "fr"]) {
    const said = STATES.map((state) => words({ state }, language))
    assert.equal(new Set(said).size, STATES.length)
    for (const each of said) assert.doesNotMatch(each, /page\.|[{}]/)
  }
})

test("a clock that is not used is said to be so, whatever its state", () => {
  assert.equal(words({ used: false }), "Each frame has the time at which it arrived here.")
})

test("how well a right clock dates frames is said in milliseconds, and in seconds from one on", () => {
  assert.equal(words({}), "The camera’s clock dates each frame, to within 45 ms.")
  assert.equal(words({ error: 1.5 }, "fr"), "L’horloge de la caméra date chaque image, à 1,5 s près.")
  assert.match(words({ error: 0.2, sending: true }), /within 200 ms\. It may say when a frame was sent/)
})

test("a wrong clock is ahead or behind", () => {
  assert.match(words({ state: "wrong", ahead: 3.7 }), /is 3\.7 s ahead/)
  assert.match(words({ state: "wrong", ahead: -7300 }), /is 2 h 02 behind/)
})

test("local time is given with its sign", () => {
  assert.match(words({ state: "zone", zone: 2 }), /local time \(\+2 h\)/)
  assert.match(words({ state: "zone", zone: -3.5 }, "fr"), /heure locale \(−3,50 h\)/)
})

test("a camera that has told no time differs from one whose time is being checked", () => {
  assert.notEqual(words({ state: "arrival", reports: 0 }), words({ state: "arrival", reports: 1 }))
})
