// What a person should know before a plan is made: passwords that will be stored, and cameras for which there is no room.

import { button, h } from "../kit/base.js"
import { OPEN_SETTINGS } from "../kit/events.js"
import { icon } from "../kit/icons.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { PlanPreview, PlanWeek } from "../wire.js" */

/**
 * @param {Locale} locale
 * @param {PlanWeek} week
 * @param {string[]} chosen the ids of its cameras
 * @param {PlanPreview | null} preview null: not known yet
 */
export function formNotes(locale, week, chosen, preview) {
  const guarded = week.cameras.filter((each) => chosen.includes(each.camera_id) && each.has_password).map((each) => each.name)
  const isCrowded = preview !== null && preview.open_at_once > week.max_sessions
  return [
    isCrowded && h("p", { class: "note bad", role: "status" }, icon("warning", 18),
      h("span", {}, locale.t("plan_page.too_many", { count: preview.open_at_once, most: week.max_sessions })),
      button({ label: locale.t("plan_page.allow_more"), on: () => dispatchEvent(new CustomEvent(OPEN_SETTINGS, { detail: "general" })) })),
    guarded.length > 0 && h("p", { class: "note second" }, icon("info", 18),
      h("span", {}, locale.t(week.has_keyring ? "plan_page.password_keyring" : "plan_page.password_file", { cameras: guarded.join(", ") }))),
  ]
}
