// Plans: what the disk has room for, the plans, and the week with what was, is and will be recorded.

import { button, fill, h } from "../kit/base.js"
import { PLAN_CAMERA, SETTING_CHANGED } from "../kit/events.js"
import { icon } from "../kit/icons.js"
import { keepingFocus } from "../kit/keeping_focus.js"
import { lifetime } from "../kit/lifetime.js"
import { createLocale } from "../kit/locale.js"
import { currentRoute } from "../kit/route.js"
import { entryFor } from "../plans/plan_from_choice.js"
import { planForm } from "../plans/plan_form.js"
import { noPlans, planList } from "../plans/plan_list.js"
import { diskWords } from "../plans/plan_words.js"
import { settingsButton } from "../plans/remedy.js"
import { isoDate, wallMinute } from "../plans/wall_time.js"
import { weekView } from "../plans/week.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { Answer, Model, OnceRow, PlanRow, PlanWeek, RenderArguments } from "../wire.js" */
/** @import { PlanEntry } from "../plans/plan_entry.js" */
/** @import { RemedyActions } from "../plans/remedy.js" */
/** @import { PlannedCamera } from "../plans/plan_from_choice.js" */
/** @typedef {{plans: PlanRow[]}} PlansParameters */

const READ_EVERY_MS = 20_000 // what plans record changes with the time

/** @param {RenderArguments<PlansParameters>} _ */
export function render({ model, view }) {
  const life = lifetime(model, view)
  const top = h("header")
  const problem = h("p", { class: "problem", role: "alert", hidden: true })
  const disk = h("div", { role: "status" })
  const list = h("div")
  const calendar = weekView({ locale: () => locale, show, remedies: remedyActions(model, edit) })
  const columns = h("div", { class: "columns" }, list, calendar.element)
  const root = h("section", { class: "everything" }, top, problem, disk, columns)
  const actions = planActions(model, root, showProblem)
  let locale = createLocale(model.texts)
  /** @type {PlanWeek | null} */
  let week = null
  /** @type {PlannedCamera | null} */
  let wanted = null // a plan to begin with, until the week is known
  let first = "" // the first day of the week that is shown; empty: this week

  function read() {
    if (currentRoute().view === "plans") model.send_msg({ do: "week", first })
  }

  /** @param {number | null} day */
  function show(day) {
    first = day === null ? "" : isoDate(day)
    read()
  }

  /** @param {string} planId */
  function edit(planId) {
    const row = model.plans.find((each) => each.plan_id === planId)
    if (row !== undefined && week !== null) actions.handlers(locale, week).edit(row)
  }

  function openWanted() {
    if (wanted === null || week === null || currentRoute().view !== "plans") return
    const begun = entryFor(wanted, week.utc_offset)
    wanted = null
    actions.handlers(locale, week).begin(begun)
  }

  /** @param {string} text */
  function showProblem(text) {
    problem.hidden = text === ""
    fill(problem, text)
  }

  function draw() {
    locale = createLocale(model.texts)
    if (week === null) return
    keepingFocus(root, () => drawAll(/** @type {PlanWeek} */ (week)))
  }

  /** @param {PlanWeek} shown */
  function drawAll(shown) {
    const isEmpty = model.plans.length === 0 && shown.once.length === 0
    const handlers = actions.handlers(locale, shown)
    fill(top, h("h1", {}, locale.t("plan_page.title")), h("p", { class: "second" }, zoneWords(locale, shown)),
      !isEmpty && button({ label: locale.t("plan_page.new"), icon: "plus", kind: "main", on: handlers.create, "data-key": "new" }))
    fill(disk, !isEmpty && diskLine(locale, shown))
    fill(list, isEmpty ? noPlans(locale, handlers.create) : planList(locale, model.plans, shown, handlers))
    calendar.element.hidden = isEmpty && shown.occurrences.length === 0
    columns.classList.toggle("single", calendar.element.hidden)
    calendar.update(shown)
  }

  /** @param {Answer} answer */
  function answered(answer) {
    if (answer.answered !== "week") actions.answered(answer)
    else if (answer.ok) week = JSON.parse(answer.given)
    else showProblem(answer.problem)
    if (answer.answered === "keep_awake") read()
    if (answer.answered === "try_camera" && answer.ok) location.hash = "#live"
    if (answer.answered === "preview") return
    draw()
    if (answer.answered === "week") openWanted()
  }

  life.watch(["plans", "recordings", "texts"], () => {
    draw()
    read()
  })
  life.watch("msg:custom", answered)
  life.onRoute(read)
  life.on(window, SETTING_CHANGED, read) // what happens on a full disk, and where the sun rises
  life.on(window, PLAN_CAMERA, (/** @type {CustomEvent<PlannedCamera>} */ { detail }) => {
    wanted = detail
    week = null // its cameras and its time may be old
    if (currentRoute().view === "plans") read()
    else location.hash = "#plans"
  })
  life.every(READ_EVERY_MS, read)
  life.add(actions.close)
  read()
  return root
}

/**
 * @param {Model} model
 * @param {(planId: string) => void} edit
 * @returns {RemedyActions}
 */
const remedyActions = (model, edit) => ({
  edit,
  keepAwake: (wanted) => model.send_msg({ do: "keep_awake", wanted }),
  tryCamera: (cameraId) => model.send_msg({ do: "try_camera", camera_id: cameraId }),
})

/**
 * What the buttons do, and the form.
 * @param {Model & PlansParameters} model
 * @param {HTMLElement} root
 * @param {(text: string) => void} showProblem
 */
function planActions(model, root, showProblem) {
  /** @type {ReturnType<typeof planForm> | null} */
  let form = null
  let savedPlace = () => {} // after the form was saved
  const close = () => form?.close()

  /**
   * @param {Locale} locale
   * @param {PlanWeek} week
   * @param {PlanRow | null} row
   * @param {Partial<PlanEntry>} [filledIn]
   */
  function open(locale, week, row, filledIn = {}) {
    showProblem("")
    if (week.cameras.length === 0) return showProblem(locale.t("plan_page.no_camera"))
    form?.close()
    const planId = row?.plan_id ?? null
    form = planForm(root, {
      locale, week,
      save: (changes, place) => {
        savedPlace = () => void (place.length > 0 && (week.place = place)) // until the week is read again
        model.send_msg({ do: "save", plan_id: planId, changes, place })
      },
      preview: (changes, place) => model.send_msg({ do: "preview", plan_id: planId, changes, place }),
      remove: () => row !== null && model.send_msg({ do: "remove", plan_id: row.plan_id }),
    }, row, filledIn)
  }

  /** @param {Answer} answer */
  function answered({ answered: action, ok, problem, given }) {
    if (action === "preview") return ok ? form?.showPreview(JSON.parse(given)) : undefined // Save says what is wrong
    if (action !== "save" && action !== "remove") return showProblem(problem)
    if (!ok) return form?.showFailure(problem)
    if (action === "save") savedPlace()
    close()
  }

  return {
    close,
    answered,
    /**
     * @param {Locale} locale
     * @param {PlanWeek} week
     */
    handlers: (locale, week) => ({
      create: () => open(locale, week, null),
      begin: (/** @type {Partial<PlanEntry>} */ filledIn) => open(locale, week, null, filledIn),
      edit: (/** @type {PlanRow} */ row) => open(locale, week, row),
      enable: (/** @type {PlanRow} */ row, /** @type {boolean} */ enabled) => model.send_msg({ do: "enable", plan_id: row.plan_id, enabled }),
      cancel: (/** @type {OnceRow} */ row) => model.send_msg({ do: "cancel", recording_id: row.recording_id }),
    }),
  }
}

/**
 * Which time zone the hours are of, if it is not the browser's.
 * @param {Locale} locale
 * @param {PlanWeek} week
 */
function zoneWords(locale, week) {
  const own = -new Date().getTimezoneOffset()
  if (own === week.utc_offset) return ""
  return locale.t("plan_page.zone", { zone: week.zone, time: wallMinute(week.now) })
}

/**
 * @param {Locale} locale
 * @param {PlanWeek} week
 */
function diskLine(locale, week) {
  const { isLow, first, second } = diskWords(locale, week.disk, week.now)
  return h("div", { class: isLow ? "forecast card low" : "forecast card" }, icon(isLow ? "warning" : "disk"),
    h("p", {}, h("b", {}, first), second ? ` ${second}` : ""),
    isLow
      ? h("span", { class: "remedies" },
          settingsButton(locale.t(week.disk.deletes_oldest ? "plan_page.change_disk" : "plan_page.delete_oldest"), "disk"), h("a", { class: "button link", href: "#videos" }, locale.t("plan_page.free_some")))
      : week.disk.full_at !== null && settingsButton(locale.t("plan_page.change_disk"), "disk"))
}
