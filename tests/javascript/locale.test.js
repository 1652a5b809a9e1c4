import assert from "node:assert/strict"
import { mock, test } from "node:test"

import { createLocale } from "../../camrec/dashboard/static/kit/locale.js"
import { ENGLISH, FRENCH, provide, withNbsp } from "./browser_stubs.js"

const english = createLocale(ENGLISH)
const french = createLocale(FRENCH)

test("sizes have a decimal below ten, from megabytes on", () => {
  assert.equal(english.size(999), withNbsp("999 bytes"))
  assert.equal(english.size(1500), withNbsp("2 kB"))
  assert.equal(english.size(1.24e9), withNbsp("1.2 GB"))
  assert.equal(french.size(1.24e9), withNbsp("1,2 Go"))
})

test("lengths have two units at most", () => {
  for (const [seconds, text] of /** @type {[number, string][]} */ ([
    [0, "0 s"], [59.6, "1 min"], [135, "2 min 15"], [5400, "1 h 30"], [35_999, "10 h"], [414_000, "115 h"],
  ])) assert.equal(english.length(seconds), withNbsp(text))
})

test("what is left is rounded up to whole minutes", () => {
  assert.equal(english.left(4.2), withNbsp("5 s"))
  assert.equal(english.left(61), withNbsp("2 min"))
})

test("a timer always has hours, a video's length only where it has some", () => {
  assert.equal(english.timer(751.9), "00:12:31")
  assert.equal(english.timer(-1), "00:00:00")
  assert.equal(english.duration(300), "05:00")
  assert.equal(english.duration(5400), "01:30:00")
})

test("zero is plural in English and singular in French", () => {
  assert.equal(english.t("page.open_of", { count: 0, most: 3 }), "0 of 3 cameras open")
  assert.equal(english.t("page.open_of", { count: 1, most: 3 }), "1 of 3 camera open")
  assert.equal(french.t("page.open_of", { count: 0, most: 3 }), "0 caméra sur 3")
  assert.equal(french.t("page.open_of", { count: 2, most: 3 }), "2 caméras sur 3")
})

test("a text that is missing is the key, or what is given instead", () => {
  assert.equal(english.t("page.nonsense"), "page.nonsense")
  assert.equal(english.t("page.nonsense", {}, "otherwise"), "otherwise")
})

test("numbers in a text are written as the language writes them", () => {
  assert.equal(createLocale({ language: "fr", rate: "{rate} i/s" }).t("rate", { rate: 7.5 }), "7,5 i/s")
  assert.equal(createLocale({ language: "en", rate: "{rate} fps" }).t("rate", { rate: 7.5 }), "7.5 fps")
})

test("dates follow the browser's own region in the language of the page", () => {
  const moment = new Date(2026, 10, 21, 9, 8, 7).getTime()
  provide("navigator", { languages: ["en-US"] })
  assert.equal(createLocale(ENGLISH).date(moment), "11/21/2026")
  provide("navigator", { languages: ["de-DE"] })
  assert.equal(createLocale(ENGLISH).date(moment), "21/11/2026")
  assert.match(createLocale(FRENCH).day(moment), /^Samedi 21 novembre/)
  assert.equal(createLocale(ENGLISH).clock(moment), "09:08:07")
})

test("a day of another year has its year, also when the year ends while the page is open", () => {
  const day = new Date(2026, 11, 31, 12).getTime()
  mock.timers.enable({ apis: ["Date"], now: new Date(2026, 11, 31, 23, 59) })
  try {
    const { day: words } = createLocale(ENGLISH)
    assert.doesNotMatch(words(day), /2026/)
    mock.timers.setTime(new Date(2027, 0, 1, 0, 1).getTime())
    assert.match(words(day), /2026/)
    assert.doesNotMatch(words(Date.now()), /2027/)
  } finally {
    mock.timers.reset()
  }
})
