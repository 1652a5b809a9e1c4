// The hours of a plan: from – to, a start and a length, by the sun, or without a break. What is typed stays when another
// kind is chosen.

import { fill, h } from "../kit/base.js"
import { segmentedControl } from "../kit/segmented_control.js"
import { placeFields } from "./place_fields.js"
import { HOURS_KINDS, isOneDay, planOf, readEntry, secondsADay } from "./plan_entry.js"
import { endsNextDay, exactLength } from "./plan_words.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { PlanEntry } from "./plan_entry.js" */

/**
 * @param {Locale} locale
 * @param {PlanEntry} entry changed in place
 * @param {boolean} isPlaceKnown whether the settings have the place, so that nobody has to be asked
 * @param {() => void} changed
 */
export function hoursFields(locale, entry, isPlaceKnown, changed) {
  const shown = h("div", { class: "hours-entry" })
  const hint = h("p", { class: "second", id: "hours-hint" })
  const asked = placeFields(locale, entry, changed)
  const place = isPlaceKnown
    ? h("details", { class: "place" }, h("summary", {}, locale.t("plan_page.place_is", { latitude: shownDegrees(locale, entry.latitude), longitude: shownDegrees(locale, entry.longitude) })), h("div", { class: "degrees" }, asked))
    : h("div", { class: "place degrees" }, h("p", {}, locale.t("plan_page.place_ask")), asked)

  /**
   * @param {"from" | "to" | "length" | "offset"} name
   * @param {string} label
   */
  function field(name, label) {
    const input = h("input", {
      class: "field figures", type: "text", name, value: entry[name], "aria-label": label, autocomplete: "off", spellcheck: "false",
      "aria-describedby": "hours-hint",
      on: { input: () => {
        entry[name] = input.value
        changed()
      } },
    })
    return input
  }

  const lengthField = () => h("span", { class: "for" }, h("span", {}, locale.t("plan_page.for")), field("length", locale.t("plan_page.length")))

  /** @type {Record<PlanEntry["hours"], () => (HTMLElement | string)[]>} */
  const fields = {
    range: () => [field("from", locale.t("plan_page.from")), "–", field("to", locale.t("plan_page.to"))],
    length: () => [field("from", locale.t("plan_page.start")), lengthField()],
    sun: () => [
      field("offset", locale.t("plan_page.offset")), choice("side", locale.t("plan_page.side"), [["-1", "plan_page.before"], ["1", "plan_page.after"]]),
      choice("sun", locale.t("plan_page.sun_event"), [["sunrise", "plan_page.sun_sunrise"], ["sunset", "plan_page.sun_sunset"]]),
      lengthField(), place,
    ],
    always: () => [],
  }

  /**
   * @param {"side" | "sun"} name
   * @param {string} label
   * @param {[value: string, text: string][]} options
   */
  function choice(name, label, options) {
    const select = h("select", {
      class: "field", name, "aria-label": label,
      on: { change: () => {
        Object.assign(entry, { [name]: name === "side" ? Number(select.value) : select.value })
        changed()
      } },
    }, options.map(([value, text]) => h("option", { value, selected: String(entry[name]) === value }, locale.t(text))))
    return select
  }

  const kinds = segmentedControl("plan-hours", locale.t("plan_page.hours"), HOURS_KINDS.map((kind) => ({
    label: locale.t(`plan_page.hours_${kind}`), checked: kind === entry.hours,
    on: () => {
      entry.hours = kind
      draw()
      changed()
    },
  })))

  function draw() {
    fill(shown, fields[entry.hours]())
    showHint()
  }

  function showHint() {
    fill(hint, hintText(locale, entry))
  }

  draw()
  return { elements: [kinds, shown, hint], showHint }
}

/**
 * @param {Locale} locale
 * @param {string} degrees
 */
const shownDegrees = (locale, degrees) => (locale.language === "fr" ? degrees.replace(".", ",") : degrees)

/**
 * "10 h a day", "1 h each time", "ends the next day"
 * @param {Locale} locale
 * @param {PlanEntry} entry
 */
function hintText(locale, entry) {
  if (entry.hours === "always") return locale.t("plan_page.always_hint")
  const { changes, problems } = readEntry(entry)
  if (problems.to === "plan_page.same_time" && !problems.from) return locale.t(problems.to)
  if (problems.from || problems.to || problems.length || problems.offset) return locale.t("plan_page.time_hint")
  const plan = planOf(changes)
  const seconds = secondsADay(plan)
  const length = seconds === null ? "" : locale.t(isOneDay(plan) ? "plan_page.each_time" : "plan_page.a_day", { length: exactLength(seconds) })
  return endsNextDay(plan) ? `${length} · ${locale.t("plan_page.ends_next_day")}` : length
}
