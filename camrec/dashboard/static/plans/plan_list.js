// The plans, each as a sentence, with a switch and a button that opens it in the form.

import { button, h, iconButton } from "../kit/base.js"
import { switchControl } from "../kit/switch.js"
import { exactLength, isOver, nextWords, planWords } from "./plan_words.js"
import { whenWords } from "./wall_time.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { OnceRow, PlanRow, PlanWeek } from "../wire.js" */
/**
 * @typedef {object} ListHandlers
 * @property {(row: PlanRow) => void} edit
 * @property {(row: PlanRow, enabled: boolean) => void} enable
 * @property {(row: OnceRow) => void} cancel
 * @property {() => void} create
 */

/**
 * @param {Locale} locale
 * @param {PlanRow[]} plans
 * @param {PlanWeek} week
 * @param {ListHandlers} handlers
 */
export function planList(locale, plans, week, handlers) {
  const { cameras, once } = week
  const names = new Map(cameras.map((each) => [each.camera_id, each.name]))
  return h("div", { class: "plans" },
    plans.length > 0 && h("ul", {}, plans.map((row) => planItem(locale, row, names, week, handlers))),
    once.length > 0 && [
      h("h2", { class: "heading" }, locale.t("plan_page.once")),
      h("ul", {}, once.map((row) => onceItem(locale, row, week.now, handlers))),
    ])
}

/**
 * @param {Locale} locale
 * @param {PlanRow} row
 * @param {Map<string, string>} names of the cameras
 * @param {PlanWeek} week
 * @param {ListHandlers} handlers
 */
function planItem(locale, row, names, week, { edit, enable }) {
  const title = planWords(locale, row.plan)
  const until = week.recording_until[row.plan_id]
  const cameras = row.plan.cameras.map((id) => names.get(id) ?? locale.t("plan_page.unknown_camera")).join(", ")
  const details = Object.values(row.plan.details ?? {})
  return h("li", { class: row.plan.enabled && !isOver(row.plan, week.now) ? "plan card" : "plan card off" },
    h("div", { class: "words" }, h("h3", {}, title),
      h("p", { class: "second" }, [cameras, row.plan.name, ...details].filter(Boolean).join(" · ")),
      h("p", { class: until === undefined ? "second figures" : "second figures now" },
        until !== undefined && h("i"), h("span", {}, nextWords(locale, row, week.now, until, week.place.length > 0)))),
    switchControl(locale.t("plan_page.on", { plan: title }), row.plan.enabled, (enabled) => enable(row, enabled), { "data-key": `switch ${row.plan_id}` }),
    iconButton("pencil", locale.t("plan_page.change_one", { plan: title }), () => edit(row), { "data-key": `edit ${row.plan_id}` }))
}

/**
 * A recording that somebody scheduled, without a plan.
 * @param {Locale} locale
 * @param {OnceRow} row
 * @param {number} now
 * @param {ListHandlers} handlers
 */
function onceItem(locale, row, now, { cancel }) {
  const when = whenWords(locale, row.starts_at, now)
  const title = row.duration === null ? when : locale.t("plan_page.for_length", { start: when, length: exactLength(row.duration) })
  return h("li", { class: "plan card" },
    h("div", { class: "words" }, h("h3", {}, title.charAt(0).toUpperCase() + title.slice(1)), h("p", { class: "second" }, row.name)),
    iconButton("close", locale.t("plan_page.cancel_once", { name: row.name, when }), () => cancel(row), { "data-key": `once ${row.recording_id}` }))
}

/**
 * What is shown if there is no plan.
 * @param {Locale} locale
 * @param {() => void} create
 */
export const noPlans = (locale, create) => h("div", { class: "empty card" },
  h("p", { class: "heading" }, locale.t("plan_page.empty")),
  h("p", { class: "second" }, locale.t("plan_page.empty_text")),
  button({ label: locale.t("plan_page.new"), icon: "plus", kind: "main", on: create, "data-key": "new" }))
