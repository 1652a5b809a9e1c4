// What a recording may have besides its length: a name, a later begin, and details. It opens below Record, and what is
// not used is not there.

import { button, fill, find, h } from "../kit/base.js"
import { PLAN_CAMERA } from "../kit/events.js"
import { icon } from "../kit/icons.js"
import { segmentedControl } from "../kit/segmented_control.js"
import { rememberedDuration } from "./duration_choices.js"
import { pairFields } from "./detail_fields.js"
import { canAddDetail, detailsProblem, filledDetails, keepDetails, keptDetails } from "./recording_details.js"
import { firstStart, startMoment } from "./recording_start.js"

/** @import { Lifetime } from "../kit/lifetime.js" */
/** @import { Locale } from "../kit/locale.js" */
/** @import { CameraModel } from "./camera_model.js" */
/** @import { Detail } from "./recording_details.js" */
/** @import { DayChoice, StartChoice } from "./recording_start.js" */
/** @typedef {ReturnType<typeof recordingChoice>} Choice */
/** @typedef {ReturnType<typeof whenAndWhat>} WhenAndWhat */

const MAX_NAME_CHARS = 100
const MAX_START_AHEAD_MS = 31 * 86_400_000
/** @type {DayChoice[]} */
const DAYS = ["today", "tomorrow", "other"]

/**
 * What was chosen for the next recording of a camera.
 * @param {CameraModel} camera
 */
function recordingChoice(camera) {
  const owner = camera.model.session.session_id
  /** @type {Detail[] | null} */
  let details = null // null: not asked for yet
  const usualNames = () => ["subject", "condition"].map((each) => camera.locale.t(`page.detail_${each}`))
  const choice = {
    name: "",
    start: firstStart(camera.now()),
    keepsValues: true,
    details: () => (details ??= keptDetails(owner, usualNames())),
    /** @param {Detail[]} changed */
    setDetails(changed) {
      details = changed
      keepDetails(owner, changed, choice.keepsValues)
    },
    /** `problem` is the key of a text. */
    read() {
      const now = camera.now()
      const name = choice.name.trim()
      const startsAt = startMoment(choice.start, now)
      const filled = filledDetails(choice.details())
      const said = [name, ...filled.map(({ value }) => value)].filter(Boolean).join(" · ")
      return { startsAt, name, details: filled, said, problem: startProblem(startsAt, now) ?? detailsProblem(filled) }
    },
    /** The next recording is another one: only its details may be the same. */
    reset() {
      choice.name = ""
      choice.start = firstStart(camera.now())
      choice.setDetails(choice.details())
      details = null
    },
  }
  return choice
}

/**
 * @param {Lifetime} life
 * @param {CameraModel} camera
 */
export function whenAndWhat(life, camera) {
  const id = `what-${camera.model.session.session_id}`
  const element = h("div", { class: "when-what card", popover: "auto", id, role: "dialog" })
  const choice = recordingChoice(camera)
  /** @type {HTMLElement | null} */
  let opener = null // the button that opens it
  const isOpen = () => element.matches(":popover-open")
  /** @param {string} selector */
  const focusOn = (selector) => find(element, selector)?.focus()

  function draw() {
    const details = choice.details()
    element.setAttribute("aria-label", camera.locale.t("page.when_and_what"))
    fill(element,
      nameField(camera, choice, changed),
      startFields(camera.locale, `begin-${id}`, choice.start, camera.now(), changeStart),
      button({ label: camera.locale.t("page.start_repeat"), icon: "calendar", kind: "link", on: () => repeat(element, camera, choice) }),
      detailsFields(camera.locale, choice, details, {
        changed: () => changeDetails(details),
        add: () => {
          redraw([...details, { name: "", value: "" }])
          focusOn(".pair:last-of-type .field")
        },
        remove: (row) => {
          redraw(details.filter((_, each) => each !== row))
          focusOn(".button.link")
        },
      }))
  }

  function changed() {
    camera.draw()
    place()
  }

  /** @param {Detail[]} details */
  function changeDetails(details) {
    choice.setDetails(details)
    changed()
  }

  /** @param {Detail[]} details */
  function redraw(details) {
    changeDetails(details)
    draw()
  }

  /** @param {Partial<StartChoice>} changes */
  function changeStart(changes) {
    choice.start = { ...choice.start, ...changes }
    changed()
    if (!("isLater" in changes || "day" in changes)) return
    draw() // it shows other fields
    focusOn("isLater" in changes ? "input[type=radio]:checked" : "select")
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
 * @param {number | null} startsAt
 * @param {number} now
 */
function startProblem(startsAt, now) {
  if (startsAt === null) return null
  if (Number.isNaN(startsAt)) return "page.bad_time"
  if (startsAt <= now) return "page.time_is_over"
  return startsAt > now + MAX_START_AHEAD_MS ? "page.time_too_far" : null
}

/**
 * @param {Locale} locale
 * @param {string} group
 * @param {StartChoice} choice
 * @param {number} now
 * @param {(changes: Partial<StartChoice>) => void} change
 */
function startFields(locale, group, { isLater, day, date, time }, now, change) {
  const days = h("select", { class: "field", "aria-label": locale.t("page.start_day"), on: { change: (/** @type {any} */ { target }) => change({ day: target.value }) } },
    DAYS.map((each) => h("option", { value: each }, locale.t(`page.day_${each}`))))
  days.value = day
  /** @param {"date" | "time"} field */
  const typed = (field) => ({ input: (/** @type {any} */ { target }) => change({ [field]: target.value }) })
  return [
    h("p", { class: "name" }, locale.t("page.start")),
    segmentedControl(group, locale.t("page.start"), [
      { label: locale.t("page.start_now"), checked: !isLater, on: () => change({ isLater: false }) },
      { label: locale.t("page.start_later"), checked: isLater, on: () => change({ ...firstStart(now), isLater: true }) },
    ]),
    isLater
      ? h("div", { class: "at-time" }, days,
        h("input", { class: "field figures", value: time, "aria-label": locale.t("page.start_time"), inputmode: "numeric", autocomplete: "off", on: typed("time") }))
      : null,
    isLater && day === "other" ? h("input", { class: "field", type: "date", value: date, "aria-label": locale.t("page.start_date"), on: typed("date") }) : null,
  ]
}

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
    h("input", { class: "field", value: choice.name, maxlength: MAX_NAME_CHARS, placeholder: model.session.name, autocomplete: "off", on: { input } }))
}

/**
 * @param {Locale} locale
 * @param {Choice} choice
 * @param {Detail[]} details
 * @param {{changed: () => void, add: () => void, remove: (row: number) => void}} actions
 */
function detailsFields(locale, choice, details, { changed, add, remove }) {
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
