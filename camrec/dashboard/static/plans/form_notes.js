// What a person should know before a plan is made: passwords that will be stored, and cameras for which there is no room.

import { button, h } from "../kit/base.js"
import { icon } from "../kit/icons.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { PlanPreview, PlanWeek } from "../wire.js" */

/**
 * @param {Locale} locale
 * @param {PlanWeek} week
 * @param {string[]} chosen the ids of its cameras
 * @param {PlanPreview | null} preview null: not known yet
 * @param {() => void} openSettings where the limit of open cameras is
 */
export function formNotes(locale, week, chosen, preview, openSettings) {
  const guarded = week.cameras.filter((each) => chosen.includes(each.camera_id) && each.has_password).map((each) => each.name)
  const isCrowded = preview !== null && preview.open_at_once > preview.max_sessions
  return [
    isCrowded && h("p", { class: "note bad", role: "status" }, icon("warning", 18),
      h("span", {}, locale.t("plan_page.too_many", { count: preview.open_at_once, most: preview.max_sessions })),
      button({ label: locale.t("plan_page.allow_more"), on: openSettings })),
    guarded.length > 0 && h("p", { class: "note second" }, icon("info", 18),
      h("span", {}, locale.t(week.has_keyring ? "plan_page.password_keyring" : "plan_page.password_file", { cameras: guarded.join(", ") }))),
  ]
}
