// The form of a new plan, or of one that is changed. At its foot it says the plan as a sentence, before it is made.

import { button, dialog, fill, find, focusedElement, h, iconButton } from "../kit/base.js"
import { OPEN_SETTINGS } from "../kit/events.js"
import { icon } from "../kit/icons.js"
import { focusKey } from "../kit/keeping_focus.js"
import { pillChoices } from "../kit/pills.js"
import { detailsFields } from "./details_fields.js"
import { hoursFields } from "./hours_fields.js"
import { formNotes } from "./form_notes.js"
import { entryOf, newEntry, planOf, readEntry, readPlace } from "./plan_entry.js"
import { summaryWords } from "./plan_summary.js"
import { WEEKDAYS, isoDate, wallFormats } from "./wall_time.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { PlanPreview, PlanRow, PlanRule, PlanWeek } from "../wire.js" */
/** @import { EntryProblems, PlanChanges, PlanEntry } from "./plan_entry.js" */
/**
 * @typedef {object} FormContext
 * @property {Locale} locale
 * @property {PlanWeek} week
 * @property {(changes: PlanChanges, place: number[]) => void} save
 * @property {(changes: PlanChanges, place: number[]) => void} preview asks what the plan would do
 * @property {() => void} remove
 */

const PREVIEW_AFTER_MS = 400 // while somebody types, camrec is not asked

/**
 * Open the form.
 * @param {HTMLElement} host
 * @param {FormContext} context
 * @param {PlanRow | null} row the plan that is changed; null: a new one
 * @param {Partial<PlanEntry>} filledIn what a new plan begins with
 */
export function planForm(host, context, row, filledIn = {}) {
  const { locale, week } = context
  const { cameras } = week
  const opener = focusedElement()?.dataset.key // it may be drawn anew meanwhile
  const entry = row === null ? { ...newEntry(cameras.length === 1 ? [cameras[0].camera_id] : []), ...filledIn } : entryOf(row.plan)
  if (week.place.length > 0) [entry.latitude, entry.longitude] = week.place.map(String)
  /** @type {PlanPreview | null} */
  let preview = null
  /** @type {number | undefined} */
  let asking
  const problem = h("p", { class: "wrong", role: "alert", hidden: true })
  const summary = h("div", { class: "summary" })
  const notes = h("div", { class: "notes" })
  const hours = hoursFields(locale, entry, week.place.length > 0, changed)
  const save = button({ label: locale.t(row === null ? "plan_page.make" : "plan_page.save"), kind: "main", class: "save", on: submit })
  const box = dialog(host, { class: "plan-form", "aria-labelledby": "plan-form" },
    h("header", {}, h("h2", { id: "plan-form" }, locale.t(row === null ? "plan_page.new" : "plan_page.change")), iconButton("close", locale.t("plan_page.close"), () => box.close())),
    h("form", { novalidate: true, on: { submit } },
      pillChoices(locale.t("plan_page.cameras"), cameras.map((each) => ({ value: each.camera_id, label: each.name })), entry.cameras, changed, { "data-field": "cameras" }),
      pillChoices(locale.t("plan_page.days"), dayPills(locale), entry.days, changed, { class: "pills squares", "data-field": "days" }),
      h("p", { class: "name" }, locale.t("plan_page.hours")), ...hours.elements,
      untilFields(locale, entry, week.now, changed),
      detailsFields(locale, entry, changed), notes,
      h("div", { class: "foot" }, summary, problem,
        h("div", { class: "choices" }, row === null ? null : removal(locale, context.remove),
          button({ label: locale.t("plan_page.cancel"), kind: "link", on: () => box.close() }), save))))
  box.addEventListener("close", () => {
    clearTimeout(asking)
    focusKey(host, (key) => key === opener)
  })

  function read() {
    const { changes, problems } = readEntry(entry, row?.plan, isoDate(week.now))
    const { place, problems: wrongPlace } = readPlace(entry, week.place)
    return { changes, place, problems: { ...problems, ...wrongPlace } }
  }

  function changed() {
    const { changes, place, problems } = read()
    find(box, "[data-field=days]").hidden = entry.hours === "always"
    hours.showHint()
    showProblems(box, {})
    const isComplete = Object.keys(problems).length === 0
    summary.hidden = !isComplete && !problems.cameras && !problems.days // a wrong field is said beside it
    preview = null
    clearTimeout(asking)
    if (isComplete) asking = window.setTimeout(() => context.preview(changes, place), PREVIEW_AFTER_MS)
    drawSummary(isComplete ? planOf(changes) : null)
  }

  /** @param {PlanRule | null} plan null: something is missing */
  function drawSummary(plan) {
    fill(notes, formNotes(locale, week, entry.cameras, preview, openSettings))
    fill(summary, icon("calendar"), plan
      ? summaryWords(locale, plan, week, preview).map((line, place) => h(place === 0 ? "b" : "span", { class: place === 0 ? "" : "second figures" }, line))
      : h("span", { class: "second" }, locale.t("plan_page.incomplete")))
  }

  /** The limit may have been changed there: when the focus comes back, camrec is asked again. */
  function openSettings() {
    dispatchEvent(new CustomEvent(OPEN_SETTINGS, { detail: "general" }))
    notes.addEventListener("focusin", () => void (save.focus(), changed()), { once: true })
  }

  /** @param {PlanPreview} known what the plan would do, as it was when camrec was asked */
  function showPreview(known) {
    const { changes, problems } = read()
    if (Object.keys(problems).length > 0) return
    preview = known
    drawSummary(planOf(changes))
  }

  /** @param {Event} event */
  function submit(event) {
    event.preventDefault()
    const { changes, place, problems } = read()
    showFailure(Object.values(problems).map((key) => locale.t(key)).join(" "))
    showProblems(box, problems)
    if (Object.keys(problems).length > 0) return
    save.disabled = true
    context.save(changes, place)
  }

  /** @param {string} text why it was not saved; empty: no problem */
  function showFailure(text) {
    save.disabled = false
    problem.hidden = text === ""
    fill(problem, text)
  }

  changed()
  return { close: () => box.close(), showFailure, showPreview }
}

/**
 * Mark the fields that are wrong, and go to the first one.
 * @param {HTMLElement} box
 * @param {EntryProblems} problems
 */
function showProblems(box, problems) {
  for (const each of box.querySelectorAll("input[type=text], input[type=date]")) {
    each.setAttribute("aria-invalid", String(/** @type {HTMLInputElement} */ (each).name in problems))
  }
  const [first] = Object.keys(problems)
  if (first === undefined) return
  /** @type {HTMLElement | null} */ (box.querySelector(`[name="${first}"], [data-field="${first}"] input`))?.focus()
}

/** @param {Locale} locale */
function dayPills(locale) {
  const formats = wallFormats(locale.language)
  return WEEKDAYS.map((value, number) => ({ value, label: formats.shortWeekday(number), title: formats.weekday(number) }))
}

/**
 * @param {Locale} locale
 * @param {PlanEntry} entry
 * @param {number} now
 * @param {() => void} changed
 */
function untilFields(locale, entry, now, changed) {
  const date = h("input", {
    class: "field", type: "date", name: "until", value: entry.until, min: isoDate(now), max: "2199-12-31", "aria-label": locale.t("plan_page.last_day"),
    hidden: !entry.limited,
    on: { input: () => {
      entry.until = date.value
      changed()
    } },
  })
  const select = h("select", {
    class: "field", id: "plan-until",
    on: { change: () => {
      entry.limited = select.value === "date"
      date.hidden = !entry.limited
      changed()
    } },
  },
  h("option", { value: "off", selected: !entry.limited }, locale.t("plan_page.until_off")),
  h("option", { value: "date", selected: entry.limited }, locale.t("plan_page.until_date")))
  return [h("label", { for: "plan-until", class: "name" }, locale.t("plan_page.until")), h("div", { class: "until" }, select, date)]
}

/**
 * Deleting a plan asks once more, in the same place.
 * @param {Locale} locale
 * @param {() => void} remove
 */
function removal(locale, remove) {
  const element = h("div", { class: "removal" })
  const ask = () => {
    fill(element, h("span", { role: "status" }, locale.t("plan_page.delete_text")),
      button({ label: locale.t("plan_page.delete_really"), kind: "danger", icon: "trash", on: remove }))
    find(element, "button").focus()
  }
  fill(element, button({ label: locale.t("plan_page.delete"), kind: "link", class: "delete", on: ask }))
  return element
}
