// What would help the next time, where something was not recorded: one thing at most.

import { button, h } from "../kit/base.js"
import { OPEN_SETTINGS } from "../kit/events.js"

/** @import { Children } from "../kit/base.js" */
/** @import { Locale } from "../kit/locale.js" */
/** @import { PlanOccurrence, PlanWeek } from "../wire.js" */
/**
 * @typedef {object} RemedyActions
 * @property {(wanted: boolean) => void} keepAwake keep the computer awake while a plan is active
 * @property {(planId: string) => void} edit open a plan in the form
 * @property {(cameraId: string) => void} tryCamera open a camera, and show whether it is there now or why not
 */

/**
 * @param {Locale} locale
 * @param {PlanOccurrence} occurrence
 * @param {PlanWeek} week
 * @param {RemedyActions} actions
 * @returns {{words: string, element: Children}} `words` follow the reason
 */
export function remedyFor(locale, { cause, state, plan_id: planId, camera_id: cameraId }, week, actions) {
  if (cause === "asleep") {
    const wanted = !week.keeps_awake
    const label = locale.t(wanted ? "plan_page.keep_awake" : "plan_page.let_sleep")
    return {
      words: wanted ? "" : locale.t("plan_page.kept_awake"),
      element: button({ label, on: () => actions.keepAwake(wanted), "data-key": "remedy" }),
    }
  }
  if (cause === "not_running") return { words: locale.t("plan_page.start_at_login"), element: null }
  if (cause === "camera" && state === "missed") {
    return { words: "", element: button({ label: locale.t("plan_page.try_camera"), on: () => actions.tryCamera(cameraId), "data-key": "remedy" }) }
  }
  if (cause === "no_session") return { words: "", element: settingsButton(locale.t("plan_page.allow_more"), "general") }
  if (cause === "no_place" && planId !== null) {
    return { words: "", element: button({ label: locale.t("plan_page.set_place"), on: () => actions.edit(planId), "data-key": "remedy" }) }
  }
  if (cause.startsWith("disk_full")) {
    if (!week.disk.deletes_oldest) return { words: "", element: settingsButton(locale.t("plan_page.delete_oldest"), "disk") }
    return { words: "", element: h("a", { class: "button", href: "#videos" }, locale.t("plan_page.free_some")) }
  }
  return { words: "", element: null }
}

/**
 * @param {string} label
 * @param {string} tab of the settings
 */
export const settingsButton = (label, tab) =>
  button({ label, on: () => dispatchEvent(new CustomEvent(OPEN_SETTINGS, { detail: tab })), "aria-haspopup": "dialog", "data-key": `settings ${tab}` })
