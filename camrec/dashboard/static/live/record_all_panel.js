// A panel with the durations for all cameras at once, and the button that records them.

import { button, fill, find, h } from "../kit/base.js"
import { icon } from "../kit/icons.js"
import { createLocale } from "../kit/locale.js"
import { durationChoice, recordOffer } from "./duration_choices.js"

/** @import { Lifetime } from "../kit/lifetime.js" */
/** @import { Answer, Model } from "../wire.js" */
/** @typedef {{count: number, rate: number, most: number, room: number, free: number}} RecordAllFacts */

/**
 * @param {Lifetime} life
 * @param {Model & {group_recording: RecordAllFacts}} model
 */
export function recordAllPanel(life, model) {
  const element = h("div", { class: "list card", popover: "auto", id: "all" })
  const duration = durationChoice("all")
  let update = () => {} // while the panel is shown
  let isPending = false // camrec has not answered yet
  let problem = ""

  function open() {
    const locale = createLocale(model.texts)
    const { choices, fields } = duration.draw(locale, "length-all", () => update())
    const press = button({ label: "", kind: "main", on: begin })
    const hint = h("p")
    fill(element, h("h2", { class: "heading" }, locale.t("page.record_all_title")), choices, fields, press, hint)

    function offer() {
      const { count, rate, most, room, free } = model.group_recording
      return recordOffer(locale, duration.seconds(), Date.now(), { maxSeconds: most, bitRate: rate, roomBytes: room, freeBytes: free },
        (length) => (length === null ? locale.t("page.record_cameras_endless", { count }) : locale.t("page.record_cameras", { count, length })))
    }

    function begin() {
      const { seconds } = offer()
      if (isPending || seconds === 0) return
      isPending = true
      problem = ""
      model.send_msg({ do: "record_all", seconds })
      update()
    }

    update = () => {
      const { seconds, label, hint: line, isShort } = offer()
      press.disabled = model.group_recording.count === 0 || seconds === 0
      press.setAttribute("aria-busy", String(isPending))
      find(press, "span").textContent = label
      hint.className = problem ? "problem" : isShort ? "second figures short" : "second figures"
      if (problem) hint.setAttribute("role", "alert")
      else hint.removeAttribute("role")
      fill(hint, isShort && !problem ? icon("warning", 16) : null, h("span", {}, problem || line))
    }
    update()
  }

  function close() {
    update = () => {}
    fill(element)
  }

  // In another language everything is drawn again.
  life.watch(["texts"], () => element.matches(":popover-open") && open())
  life.watch("msg:custom", (/** @type {Answer} */ answer) => {
    if (answer.answered !== "record_all") return
    isPending = false
    problem = answer.problem
    update()
    if (answer.ok) element.hidePopover()
  })
  life.on(element, "beforetoggle", (/** @type {ToggleEvent} */ { newState }) => {
    problem = ""
    if (newState === "open") open()
    else close()
  })
  return { element, update: () => update() }
}
