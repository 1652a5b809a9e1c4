// The settings that plans go by: whether the computer stays awake for them, and where the sun rises and sets.

import { h } from "../kit/base.js"
import { switchControl } from "../kit/switch.js"
import { parseDegrees, pastePair } from "./place_fields.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { Settings } from "../wire.js" */
/** @typedef {{latitude: string, longitude: string}} TypedPlace */

/**
 * What was typed as a place: latitude and longitude, an empty list if it was deleted, or what is wrong: a text, and of which entry.
 * @param {TypedPlace} typed
 * @returns {number[] | {text: string, entry: "latitude" | "longitude"}}
 */
export function readTypedPlace({ latitude, longitude }) {
  const isEmpty = [latitude, longitude].map((each) => each.trim() === "")
  if (isEmpty[0] && isEmpty[1]) return []
  if (isEmpty[0] || isEmpty[1]) return { text: "page.place_half", entry: isEmpty[0] ? "latitude" : "longitude" }
  const place = [parseDegrees(latitude, 90), parseDegrees(longitude, 180)]
  if (Number.isNaN(place[0])) return { text: "page.bad_latitude", entry: "latitude" }
  return Number.isNaN(place[1]) ? { text: "page.bad_longitude", entry: "longitude" } : place
}

/**
 * @param {Locale} locale
 * @param {Settings} values
 * @param {object} dialog
 * @param {Record<string, string>} dialog.problems by setting
 * @param {(name: string, value: boolean) => void} dialog.ask
 */
export function keepAwakeSetting(locale, { keep_awake: isOn }, { problems, ask }) {
  const label = locale.t("page.keep_awake")
  const problem = problems.keep_awake
  return [
    h("div", { class: "switched" }, h("p", { class: "name", "aria-hidden": "true" }, label),
      switchControl(label, isOn, (wanted) => ask("keep_awake", wanted), { id: "keep_awake", "aria-describedby": "keep_awake-told" })),
    h("p", { id: "keep_awake-told", class: problem ? "wrong" : "second", role: problem ? "alert" : "status" },
      problem || locale.t(isOn ? "page.keep_awake_on" : "page.keep_awake_off")),
  ]
}

/**
 * @param {object} settings
 * @param {(name: string, value: number[]) => void} settings.ask
 * @param {() => void} settings.draw
 * @param {Record<string, string>} settings.problems
 */
export function placeSetting({ ask, draw, problems }) {
  /** @type {TypedPlace | null} */
  let typed = null // null: what is set
  let wrong = "" // the entry that is; empty: both, if there is a problem
  let saved = "" // what was saved here, so that leaving the fields does not save it again

  /** @param {Locale} locale */
  function save(locale) {
    if (typed === null) return
    const found = readTypedPlace(typed)
    if (JSON.stringify(found) === saved) return
    saved = JSON.stringify(found)
    problems.place = wrong = ""
    if (Array.isArray(found)) return ask("place", found)
    problems.place = locale.t(found.text)
    wrong = found.entry
    setTimeout(draw) // by then the next entry has the focus, and gets it back
  }

  return {
    reset() {
      typed = null
      saved = wrong = ""
    },
    /** Why camrec did not take it may be over the next time. */
    rejected: () => { saved = "" },
    /**
     * @param {Locale} locale
     * @param {number[]} place
     */
    draw(locale, place) {
      const [latitude, longitude] = place.map((each) => (locale.language === "fr" ? String(each).replace(".", ",") : String(each)))
      const shown = typed ?? { latitude: latitude ?? "", longitude: longitude ?? "" }
      const problem = problems.place
      const keep = () => { typed = { latitude: entries[0].value, longitude: entries[1].value } }
      const entries = /** @type {("latitude" | "longitude")[]} */ (["latitude", "longitude"]).map((name) => h("input", {
        class: "field figures", id: name, type: "text", autocomplete: "off", value: shown[name], placeholder: name === "latitude" ? "48.85" : "2.35",
        "aria-describedby": "place-told", "aria-invalid": problem && (wrong === "" || wrong === name) ? "true" : "false",
        on: {
          input: keep,
          paste: (/** @type {ClipboardEvent} */ event) => pastePair(event, entries) && keep(),
          keydown: (/** @type {KeyboardEvent} */ { key }) => key === "Enter" && save(locale),
        },
      }))
      const pair = h("div", {
        class: "degrees", role: "group", "aria-label": locale.t("page.place"),
        on: { focusout: (/** @type {FocusEvent} */ { relatedTarget }) => pair.contains(/** @type {Node | null} */ (relatedTarget)) || save(locale) },
      }, entries.map((entry) => h("label", {}, h("span", {}, locale.t(`page.${entry.id}`)), entry)))
      return [
        h("p", { class: "name", "aria-hidden": "true" }, locale.t("page.place")), pair,
        h("p", { id: "place-told", class: problem ? "wrong" : "second", role: problem ? "alert" : "status" }, problem || locale.t("page.place_hint")),
      ]
    },
  }
}
