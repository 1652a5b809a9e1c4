import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"

import { recordOffer, rememberedDuration, secondsOf } from "../../camrec/dashboard/static/live/duration_choices.js"
import { createLocale } from "../../camrec/dashboard/static/kit/locale.js"
import { ENGLISH, provide, withNbsp } from "./browser_stubs.js"

const PLENTY = { maxSeconds: 86_400, bitRate: 8e6, roomBytes: 1e12, freeBytes: 1e12 }
const NOW = new Date(2026, 0, 1, 12, 0).getTime()
const locale = createLocale(ENGLISH)

/** @type {Map<string, string>} */
const stored = new Map()
provide("sessionStorage", { getItem: (/** @type {string} */ key) => stored.get(key) ?? null })
beforeEach(() => stored.clear())

/**
 * @param {number | null} seconds
 * @param {Partial<typeof PLENTY>} capacity
 */
const offer = (seconds, capacity = {}) =>
  recordOffer(locale, seconds, NOW, { ...PLENTY, ...capacity },
    (length, isShortened) => locale.t(length === null ? "page.record_endless" : isShortened ? "page.record_instead" : "page.record", { length }))

test("a custom duration is a number and its unit, with a comma or a point", () => {
  assert.equal(secondsOf({ number: "1,5", unit: "minutes" }), 90)
  assert.equal(secondsOf({ number: "2", unit: "hours" }), 7200)
})

test("a custom duration below a second, above a day or of letters is none", () => {
  for (const number of ["0", "-1", "25", "many", ""]) assert.ok(Number.isNaN(secondsOf({ number, unit: "hours" })), number)
})

test("what was chosen is remembered, in the largest unit that is whole", () => {
  assert.deepEqual(rememberedDuration("a"), { seconds: 300, custom: null })
  stored.set("camrec.length.a", "3600")
  assert.deepEqual(rememberedDuration("a"), { seconds: 3600, custom: null })
  stored.set("camrec.length.a", "600")
  assert.deepEqual(rememberedDuration("a"), { seconds: 600, custom: { number: "10", unit: "minutes" } })
  stored.set("camrec.length.a", "61")
  assert.deepEqual(rememberedDuration("a").custom, { number: "61", unit: "seconds" })
})

test("what cannot have been chosen is not remembered", () => {
  for (const value of ["-5", "1e9", "1.5", "x"]) {
    stored.set("camrec.length.a", value)
    assert.deepEqual(rememberedDuration("a"), { seconds: 300, custom: null }, value)
  }
})

test("a recording that fits is offered with its size and its end", () => {
  const { seconds, label, hint, isShort } = offer(300)
  assert.deepEqual({ seconds, isShort }, { seconds: 300, isShort: false })
  assert.equal(label, `Record ${withNbsp("5 min")}`)
  assert.equal(hint, `about ${withNbsp("300 MB")}, ends at 12:05`)
  assert.equal(offer(300, { bitRate: 0 }).hint, "ends at 12:05")
})

test("one that does not fit is offered as long as there is room for", () => {
  const { seconds, label, isShort } = offer(3600, { maxSeconds: 150 })
  assert.deepEqual({ seconds, label, isShort }, { seconds: 120, label: `Record ${withNbsp("2 min")} instead`, isShort: true })
  assert.equal(offer(3600, { maxSeconds: 90 }).seconds, 90)
})

test("nothing is offered without room, nor for no sensible duration", () => {
  assert.equal(offer(300, { maxSeconds: 0.5 }).seconds, 0)
  assert.equal(offer(NaN).seconds, 0)
  assert.equal(offer(NaN).hint, "No such length")
})

test("a recording without an end is remembered, and offered if there is room for its first video", () => {
  stored.set("camrec.length.a", "endless")
  assert.deepEqual(rememberedDuration("a"), { seconds: null, custom: null })
  const { seconds, label, hint } = offer(null)
  assert.equal(seconds, null)
  assert.equal(label, "Record until I stop")
  assert.equal(hint, `about ${withNbsp("3.6 GB")} an hour, a new video each hour`)
  assert.equal(offer(null, { bitRate: 0 }).hint, "a new video each hour")
  assert.equal(offer(null, { maxSeconds: 3599 }).seconds, 3540)
  assert.equal(offer(null, { maxSeconds: 0 }).seconds, 0)
})
