// Where the sun rises and sets: latitude and longitude, asked for when a plan goes by the sun.

import { h } from "../kit/base.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { PlanEntry } from "./plan_entry.js" */

/** Digits that a map or a person uses: no more than a metre. */
const DECIMALS = 5

/**
 * Degrees as they were typed, with a comma or a point; NaN: they are none.
 * @param {string} typed
 * @param {number} highest
 */
export function parseDegrees(typed, highest) {
  const text = typed.trim().replace(/\s*°$/, "").replace(",", ".").replace("−", "-")
  const degrees = text === "" ? NaN : Number(text)
  return Math.abs(degrees) <= highest ? Number(degrees.toFixed(DECIMALS)) : NaN
}

/**
 * Two numbers that were pasted at once, as maps copy them ("48.85, 2.35"); null: it is something else, such as "48,85".
 * @param {string} text
 */
export function parsePair(text) {
  const found = /^\s*(-?\d+\.\d+)\s*[,;\s]\s*(-?\d+\.\d+)\s*$/.exec(text)
  return found === null ? null : [found[1], found[2]]
}

/**
 * Let a paste of two numbers fill both entries.
 * @param {ClipboardEvent} event
 * @param {HTMLInputElement[]} entries of latitude and longitude
 * @returns {boolean} whether it was such a paste
 */
export function pastePair(event, entries) {
  const pair = parsePair(event.clipboardData?.getData("text") ?? "")
  if (pair === null) return false
  event.preventDefault()
  for (const [place, each] of entries.entries()) each.value = pair[place]
  return true
}

/**
 * @param {Locale} locale
 * @param {PlanEntry} entry changed in place
 * @param {() => void} changed
 */
export function placeFields(locale, entry, changed) {
  /** @param {"latitude" | "longitude"} name */
  const field = (name) => {
    const input = h("input", {
      class: "field figures", type: "text", inputmode: "text", name, value: entry[name], placeholder: name === "latitude" ? "48.85" : "2.35", autocomplete: "off",
      on: {
        input: () => {
          entry[name] = input.value
          changed()
        },
        paste: (/** @type {ClipboardEvent} */ event) => {
          if (!pastePair(event, [latitude, longitude])) return
          ;[entry.latitude, entry.longitude] = [latitude.value, longitude.value]
          changed()
        },
      },
    })
    return input
  }
  const [latitude, longitude] = [field("latitude"), field("longitude")]
  return [
    h("label", {}, h("span", {}, locale.t("plan_page.latitude")), latitude),
    h("label", {}, h("span", {}, locale.t("plan_page.longitude")), longitude),
  ]
}
