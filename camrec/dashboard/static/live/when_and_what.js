// What a recording may have besides its length: a name, a later start, and details. It opens below Record, and what is
// not used is not there.

import { button, fill, h } from "../kit/base.js"
import { PLAN_CAMERA } from "../kit/events.js"
import { icon } from "../kit/icons.js"
import { keepingFocus } from "../kit/keeping_focus.js"
import { onNewDay } from "../kit/new_day.js"
import { choiceActions, detailsFields, startFields } from "./choice_fields.js"
import { rememberedDuration } from "./duration_choices.js"
import { recordingChoice } from "./recording_choice.js"

/** @import { Lifetime } from "../kit/lifetime.js" */
/** @import { CameraModel } from "./camera_model.js" */
/** @import { Choice } from "./recording_choice.js" */
/** @typedef {ReturnType<typeof whenAndWhat>} WhenAndWhat */

const MAX_NAME_CHARS = 100

/**
 * @param {Lifetime} life
 * @param {CameraModel} camera
 */
export function whenAndWhat(life, camera) {
  const id = `what-${camera.model.session.session_id}`
  const element = h("div", { class: "when-what choice-fields card", popover: "auto", id, role: "dialog" })
  const choice = recordingChoice(camera.model.session.session_id, camera.now, () => camera.locale)
  /** @type {HTMLElement | null} */
  let opener = null // the button that opens it
  const isOpen = () => element.matches(":popover-open")
  const { changeStart, ofDetails } = choiceActions(element, choice, draw, changed)

  function draw() {
    const details = choice.details()
    element.setAttribute("aria-label", camera.locale.t("page.when_and_what"))
    fill(element,
      nameField(camera, choice, changed),
      startFields(camera.locale, `begin-${id}`, choice.start, camera.now, changeStart),
      button({ label: camera.locale.t("page.start_repeat"), icon: "calendar", kind: "link", on: () => repeat(element, camera, choice) }),
      detailsFields(camera.locale, choice, details, ofDetails(details)))
  }

  function changed() {
    camera.draw()
    place()
  }

  /** Below the controls, also where the card ends. */
  function place() {
    const row = opener?.closest(".controls")?.getBoundingClientRect()
    if (row) Object.assign(element.style, { left: `${row.left + scrollX}px`, top: `${row.bottom + scrollY + 8}px`, width: `${row.width}px` })
  }

  life.on(element, "beforetoggle", (/** @type {ToggleEvent} */ { newState }) => {
    opener?.setAttribute("aria-expanded", String(newState === "open"))
    if (newState === "open") {
      draw()
      place()
    } else {
      fill(element)
    }
  })
  life.on(window, "resize", place)
  life.watch(["texts"], () => isOpen() && draw())
  onNewDay(life, () => isOpen() && keepingFocus(element, draw))
  life.on(element, "keydown", (event) => void (isConfirmed(event) && element.hidePopover()))

  return {
    element,
    read: choice.read,
    /**
     * The button next to Record that opens it.
     * @param {boolean} enabled
     */
    drawOpener(enabled) {
      const label = camera.locale.t("page.when_and_what")
      if (!enabled && isOpen()) element.hidePopover()
      opener = h("button", {
        type: "button", class: "button main more", popovertarget: id, disabled: !enabled, title: label, "aria-label": label,
        "aria-haspopup": "dialog", "aria-expanded": String(isOpen()),
      }, icon("chevron-down"))
      return opener
    },
    /** A recording was started with what was chosen. */
    reset() {
      if (isOpen()) element.hidePopover()
      choice.reset()
      camera.draw()
    },
  }
}

/**
 * The form of a plan takes over what was chosen here.
 * @param {HTMLElement} element
 * @param {CameraModel} camera
 * @param {Choice} choice
 */
function repeat(element, { model, now }, choice) {
  const { session_id: sessionId, camera_id: cameraId } = model.session
  const { startsAt, name, details } = choice.read()
  const begins = startsAt === null || Number.isNaN(startsAt) ? now() : startsAt
  const detail = { cameraId, startsAt: begins, seconds: rememberedDuration(sessionId).seconds, name, details }
  element.hidePopover()
  dispatchEvent(new CustomEvent(PLAN_CAMERA, { detail }))
}

/** @param {KeyboardEvent} event */
const isConfirmed = ({ key, isComposing, target }) => key === "Enter" && !isComposing && target instanceof HTMLInputElement

/**
 * @param {CameraModel} camera
 * @param {Choice} choice
 * @param {() => void} changed
 */
function nameField({ locale, model }, choice, changed) {
  const input = (/** @type {any} */ { target }) => {
    choice.name = target.value
    changed()
  }
  return h("label", { class: "line" }, h("span", { class: "name" }, locale.t("page.camera_name")),
    h("input", { class: "field", "data-key": "name", value: choice.name, maxlength: MAX_NAME_CHARS, placeholder: model.session.name, autocomplete: "off", on: { input } }))
}
