import assert from "node:assert/strict"
import { test } from "node:test"

import { typedBytes, typedLimit } from "../../camrec/dashboard/static/kit/disk_settings.js"
import { createLocale } from "../../camrec/dashboard/static/kit/locale.js"
import { knownTab, tabOfHash, takeSettingsLink } from "../../camrec/dashboard/static/kit/settings_tabs.js"
import { exampleBody } from "../../camrec/dashboard/static/kit/webhook_setting.js"
import { readTypedPlace } from "../../camrec/dashboard/static/plans/plan_settings.js"
import { provide, realTexts, withNbsp } from "./browser_stubs.js"

test("a limit is typed with a comma or a point; nothing means no limit", () => {
  assert.deepEqual(["1,5", " 30 ", ""].map(typedLimit), [1.5, 30, 0])
  for (const typed of ["-1", "many", "1e999"]) assert.ok(Number.isNaN(typedLimit(typed)), typed)
})

test("how much stays free is typed in gigabytes, and nothing is no answer", () => {
  assert.deepEqual(["0,5", "2", "0", "0.0000000001"].map(typedBytes), [500_000_000, 2_000_000_000, 0, 0])
  for (const typed of ["", " ", "-1", "some", "1e300", "9e99"]) assert.ok(Number.isNaN(typedBytes(typed)), typed)
})

test("a place is two numbers or none, and the text says which one is wrong", () => {
  /** @param {string} latitude @param {string} longitude */
  const read = (latitude, longitude) => readTypedPlace({ latitude, longitude })
  assert.deepEqual(read("48,85", " -2.35° "), [48.85, -2.35])
  assert.deepEqual(read(" ", ""), [])
  assert.deepEqual(read("48.85", ""), { text: "page.place_half", entry: "longitude" })
  assert.deepEqual(read("", "2.35"), { text: "page.place_half", entry: "latitude" })
  assert.deepEqual(read("91", "2"), { text: "page.bad_latitude", entry: "latitude" })
  assert.deepEqual(read("48", "181"), { text: "page.bad_longitude", entry: "longitude" })
})

test("an address names a tab of the settings, or none", () => {
  assert.deepEqual(["#settings", "#settings/disk", "#settings/sites"].map(tabOfHash), ["general", "disk", "general"])
  assert.deepEqual(["", "#live", "#videos/settings", "#settingsdisk"].map(tabOfHash), [null, null, null, null])
  assert.equal(knownTab(null), "general")
})

test("a link to the settings leaves the page where it was", () => {
  /** @param {string} before @param {string} now */
  const follow = (before, now) => {
    /** @type {{tab: string | null, hash: string | null, isTaken: boolean}} */
    const found = { tab: null, hash: null, isTaken: false }
    provide("location", { hash: now })
    provide("history", { state: null, replaceState: (/** @type {unknown} */ _, /** @type {string} */ __, /** @type {string} */ hash) => { found.hash = hash } })
    const change = /** @type {HashChangeEvent} */ (/** @type {unknown} */ ({
      oldURL: `http://camrec.localhost/${before}`, stopImmediatePropagation: () => { found.isTaken = true },
    }))
    found.tab = takeSettingsLink(change)
    return found
  }
  assert.deepEqual(follow("#videos/a.mp4", "#settings/disk"), { tab: "disk", hash: "#videos/a.mp4", isTaken: true })
  assert.deepEqual(follow("#settings", "#settings/alerts"), { tab: "alerts", hash: "#live", isTaken: true })
  assert.deepEqual(follow("#live", "#plans"), { tab: null, hash: null, isTaken: false })
})

test("what is sent is JSON with the same keys in each language, and its sentence is the page's", () => {
  const [english, french] = /** @type {("en" | "fr")[]} */ (["en", "fr"]).map((language) => JSON.parse(exampleBody(createLocale(realTexts(language, "page", "alerts")))))
  assert.equal(english.message, "Street: no picture")
  assert.equal(french.message, withNbsp("Rue :").concat(" pas d’image"))
  assert.deepEqual(Object.keys(french), Object.keys(english))
  assert.equal(french.code, "camera_lost")
})
