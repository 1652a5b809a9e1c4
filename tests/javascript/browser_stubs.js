// What the modules take from a browser, for Node, which has none.

import { readFileSync } from "node:fs"

/** @type {import("../../camrec/dashboard/static/wire.js").Texts} */
export const ENGLISH = {
  language: "en",
  "page.open_of": { one: "{count} of {most} camera open", other: "{count} of {most} cameras open" },
  "page.record": "Record {length}",
  "page.record_instead": "Record {length} instead",
  "page.record_plain": "Record",
  "page.bad_length": "No such length",
  "page.nothing_fits": "Nothing fits: {free} free",
  "page.will_not_fit": "{length} take {size}, {free} are free",
  "page.hint": "about {size}, ends at {time}",
  "page.hint_time": "ends at {time}",
  "page.record_endless": "Record until I stop",
  "page.hint_endless": "about {size} an hour, a new video each hour",
  "page.hint_endless_plain": "a new video each hour",
  "page.at_time": "at {time}",
  "page.tomorrow_at": "tomorrow at {time}",
  "page.on_day_at": "on {day} at {time}",
  "videos.today": "Today",
  "videos.yesterday": "Yesterday",
}
/** @type {import("../../camrec/dashboard/static/wire.js").Texts} */
export const FRENCH = { ...ENGLISH, language: "fr", "page.open_of": { one: "{count} caméra sur {most}", other: "{count} caméras sur {most}" } }

/**
 * A global of the browser. Node has some of its own, which cannot be assigned to.
 * @param {string} name
 * @param {unknown} value
 */
export function provide(name, value) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
}

provide("navigator", { languages: ["en-GB", "fr-FR"] })

/** @param {string} text */
export const withNbsp = (text) => text.replaceAll(" ", "\u00a0")

/**
 * The real texts of one language: those of some catalogues.
 * @param {"en" | "fr"} language
 * @param {...string} catalogues
 * @returns {import("../../camrec/dashboard/static/wire.js").Texts}
 */
export function realTexts(language, ...catalogues) {
  /** @type {import("../../camrec/dashboard/static/wire.js").Texts} */
  const texts = { language }
  for (const name of catalogues) {
    const found = JSON.parse(readFileSync(new URL(`../../camrec/locale/${language}/${name}.json`, import.meta.url), "utf-8"))
    for (const [key, text] of Object.entries(found)) texts[`${name}.${key}`] = text
  }
  return texts
}
