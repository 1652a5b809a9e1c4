// The details that a plan's recordings get, folded away until there are any.

import { button, fill, find, h } from "../kit/base.js"
import { pairFields } from "../live/detail_fields.js"
import { canAddDetail } from "../live/recording_details.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { PlanEntry } from "./plan_entry.js" */

/**
 * @param {Locale} locale
 * @param {PlanEntry} entry changed in place
 * @param {() => void} changed
 */
export function detailsFields(locale, entry, changed) {
  const rows = h("div", { class: "rows" })
  const usual = ["subject", "condition"].map((each) => ({ name: locale.t(`page.detail_${each}`), value: "" }))
  const isOpen = entry.details.length > 0
  if (!isOpen) entry.details = usual

  /** @param {number} number */
  function remove(number) {
    entry.details.splice(number, 1)
    draw()
    changed()
  }

  function add() {
    entry.details.push({ name: "", value: "" })
    draw()
    find(rows, ".pair:last-of-type .field").focus()
  }

  function draw() {
    fill(rows, entry.details.map((detail, number) => pairFields(locale, detail, { changed, remove: () => remove(number) })),
      canAddDetail(entry.details) && button({ label: locale.t("page.detail_add"), icon: "plus", kind: "link", on: add }))
  }

  draw()
  return h("details", { open: isOpen, "data-field": "details" }, h("summary", {}, locale.t("plan_page.details")), rows)
}
