// The fields for the begin and the details of a recording.

import { button, find, h } from "../kit/base.js"
import { segmentedControl } from "../kit/segmented_control.js"
import { pairFields } from "./detail_fields.js"
import { canAddDetail } from "./recording_details.js"
import { chosenDay, firstStart, shownDay } from "./recording_start.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { Choice } from "./recording_choice.js" */
/** @import { Detail } from "./recording_details.js" */
/** @import { DayChoice, StartChoice } from "./recording_start.js" */

/** @type {DayChoice[]} */
const DAYS = ["today", "tomorrow", "other"]

/**
 * @param {Locale} locale
 * @param {string} group
 * @param {StartChoice} choice
 * @param {() => number} now
 * @param {(changes: Partial<StartChoice>) => void} change
 */
export function startFields(locale, group, choice, now, change) {
  const { isLater, date, time } = choice
  const day = shownDay(choice, now())
  const days = h("select", { class: "field", "data-key": "day", "aria-label": locale.t("page.start_day"), on: { change: (/** @type {any} */ { target }) => change(chosenDay(target.value, now())) } },
    DAYS.map((each) => h("option", { value: each }, locale.t(`page.day_${each}`))))
  days.value = day
  /** @param {"date" | "time"} field */
  const typed = (field) => ({ input: (/** @type {any} */ { target }) => change({ [field]: target.value }) })
  return [
    h("p", { class: "name" }, locale.t("page.start")),
    segmentedControl(group, locale.t("page.start"), [
      { label: locale.t("page.start_now"), checked: !isLater, on: () => change({ isLater: false }) },
      { label: locale.t("page.start_later"), checked: isLater, on: () => change({ ...firstStart(now()), isLater: true }) },
    ]),
    isLater
      ? h("div", { class: "at-time" }, days,
        h("input", { class: "field figures", "data-key": "time", value: time, "aria-label": locale.t("page.start_time"), inputmode: "numeric", autocomplete: "off", on: typed("time") }))
      : null,
    isLater && day === "other" ? h("input", { class: "field", "data-key": "date", type: "date", value: date, "aria-label": locale.t("page.start_date"), on: typed("date") }) : null,
  ]
}

/**
 * What happens when somebody uses the fields.
 * @param {HTMLElement} element that has them
 * @param {Choice} choice
 * @param {() => void} draw draws them again, when others are to be shown
 * @param {() => void} changed
 */
export function choiceActions(element, choice, draw, changed) {
  /** @param {Detail[]} details */
  function setDetails(details) {
    choice.setDetails(details)
    changed()
  }

  /**
   * @param {Detail[]} details
   * @param {string} focused
   */
  function redraw(details, focused) {
    setDetails(details)
    draw()
    find(element, focused)?.focus()
  }

  return {
    /** @param {Partial<StartChoice>} changes */
    changeStart(changes) {
      choice.start = { ...choice.start, ...changes }
      changed()
      if (!("isLater" in changes || "day" in changes)) return
      draw()
      find(element, "isLater" in changes ? "input[type=radio]:checked" : "select")?.focus()
    },
    /** @param {Detail[]} details that are shown */
    ofDetails: (details) => ({
      changed: () => setDetails(details),
      add: () => redraw([...details, { name: "", value: "" }], ".pair:last-of-type .field"),
      /** @param {number} row */
      remove: (row) => redraw(details.filter((_, each) => each !== row), ".button.link"),
    }),
  }
}

/**
 * @param {Locale} locale
 * @param {Choice} choice
 * @param {Detail[]} details
 * @param {{changed: () => void, add: () => void, remove: (row: number) => void}} actions
 */
export function detailsFields(locale, choice, details, { changed, add, remove }) {
  const keep = (/** @type {any} */ { target }) => {
    choice.keepsValues = target.checked
    changed()
  }
  return [
    h("p", { class: "name" }, locale.t("page.details"), h("span", { class: "second" }, locale.t("page.details_where"))),
    details.map((detail, row) => pairFields(locale, detail, { changed, remove: () => remove(row) })),
    canAddDetail(details) ? button({ label: locale.t("page.detail_add"), icon: "plus", kind: "link", on: add }) : null,
    h("label", { class: "keep" },
      h("input", { type: "checkbox", checked: choice.keepsValues, on: { change: keep } }), h("span", {}, locale.t("page.details_keep"))),
  ]
}
