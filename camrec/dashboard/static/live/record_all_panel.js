// A panel with the durations for all cameras at once, and the button that records them.

import { button, fill, find, h } from "../kit/base.js"
import { icon } from "../kit/icons.js"
import { keepingFocus } from "../kit/keeping_focus.js"
import { createLocale } from "../kit/locale.js"
import { onNewDay } from "../kit/new_day.js"
import { choiceActions, detailsFields, startFields } from "./choice_fields.js"
import { durationChoice, recordOffer } from "./duration_choices.js"
import { filledDetails } from "./recording_details.js"
import { recordingChoice } from "./recording_choice.js"
import { startTime } from "./scheduled_recordings.js"

/** @import { Lifetime } from "../kit/lifetime.js" */
/** @import { Answer, Model } from "../wire.js" */
/** @import { Locale } from "../kit/locale.js" */
/** @import { Choice } from "./recording_choice.js" */
/** @typedef {{count: number, rate: number, most: number, room: number, free: number}} RecordAllFacts */

const OWNER = "all"

/**
 * @param {Lifetime} life
 * @param {Model & {group_recording: RecordAllFacts}} model
 */
export function recordAllPanel(life, model) {
  const element = h("div", { class: "list card", popover: "auto", id: "all" })
  const duration = durationChoice(OWNER)
  const choice = recordingChoice(OWNER, Date.now, () => createLocale(model.texts))
  let update = () => {} // while the panel is shown
  let isPending = false // camrec has not answered yet
  let problem = ""

  function open() {
    const locale = createLocale(model.texts)
    const { choices, fields } = duration.draw(locale, "length-all", () => update())
    const press = button({ label: "", kind: "main", on: begin })
    const hint = h("p")
    const more = moreFields(locale, choice, () => update())
    fill(element, h("h2", { class: "heading" }, locale.t("page.record_all_title")), choices, fields, more, press, hint)

    function offer() {
      const { count, rate, most, room, free } = model.group_recording
      const { startsAt, said, problem: wrong } = choice.read()
      const when = startsAt === null || wrong ? "" : ` ${startTime(locale, startsAt, Date.now())}`
      const made = recordOffer(locale, duration.seconds(), Date.now(), { maxSeconds: most, bitRate: rate, roomBytes: room, freeBytes: free },
        (length) => (length === null ? locale.t("page.record_cameras_endless", { count }) : locale.t("page.record_cameras", { count, length })) + when, startsAt)
      return wrong ? { ...made, seconds: 0, hint: locale.t(wrong), isShort: true, said: "" } : { ...made, said }
    }

    function begin() {
      const { seconds } = offer()
      if (isPending || seconds === 0) return
      const { startsAt: at, details } = choice.read()
      isPending = true
      problem = ""
      model.send_msg({ do: "record_all", seconds, at, details: details.map(({ name, value }) => [name, value]) })
      update()
    }

    update = () => {
      const { seconds, label, hint: line, isShort, said } = offer()
      press.disabled = model.group_recording.count === 0 || seconds === 0
      press.setAttribute("aria-busy", String(isPending))
      find(press, "span").textContent = label
      hint.className = problem ? "problem" : isShort ? "second figures short" : "second figures"
      if (problem) hint.setAttribute("role", "alert")
      else hint.removeAttribute("role")
      fill(hint, isShort && !problem ? icon("warning", 16) : null, h("span", {}, problem || line, said && !problem ? [" · ", h("b", {}, said)] : null))
    }
    update()
  }

  function close() {
    update = () => {}
    fill(element)
  }

  // In another language everything is drawn again.
  life.watch(["texts"], () => element.matches(":popover-open") && open())
  onNewDay(life, () => element.matches(":popover-open") && keepingFocus(element, open))
  life.watch("msg:custom", (/** @type {Answer} */ answer) => {
    if (answer.answered !== "record_all") return
    isPending = false
    problem = answer.problem
    update()
    if (!answer.ok) return
    choice.reset()
    element.hidePopover()
  })
  life.on(element, "beforetoggle", (/** @type {ToggleEvent} */ { newState }) => {
    problem = ""
    if (newState === "open") open()
    else close()
  })
  return { element, update: () => update() }
}

/**
 * When the recordings begin, and their details: folded away, until something of it was filled in.
 * @param {Locale} locale
 * @param {Choice} choice
 * @param {() => void} changed
 */
function moreFields(locale, choice, changed) {
  const body = h("div", { class: "choice-fields" })
  const isUsed = choice.start.isLater || filledDetails(choice.details()).length > 0

  const { changeStart, ofDetails } = choiceActions(body, choice, draw, changed)

  function draw() {
    const details = choice.details()
    fill(body, startFields(locale, "begin-all", choice.start, Date.now, changeStart), detailsFields(locale, choice, details, ofDetails(details)))
  }

  draw()
  return h("details", { class: "more", open: isUsed }, h("summary", {}, locale.t("page.record_all_more")), body)
}
