// The list of a video's events next to the player. A press on one goes to its frame; a note can be written or changed.

import { button, fill, focusBeside, h, iconButton } from "../kit/base.js"
import { icon } from "../kit/icons.js"
import { rememberNote, usualNotes } from "../live/usual_notes.js"
import { exactLength } from "./media_format.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { PlayedVideo, VideoEvent } from "../wire.js" */
/** @import { VideoEvents } from "./video_events.js" */

const MAX_NOTE_CHARS = 1000 // as many as an event's text may have

/**
 * "14:05:12.48"
 * @param {Locale} locale
 * @param {VideoEvent} event
 */
export const eventTime = (locale, { at }) => locale.exactClock(Date.parse(at))

/**
 * What an event was, or that nothing was said.
 * @param {Locale} locale
 * @param {VideoEvent} event
 */
export const eventText = (locale, { text, value }) =>
  [text || (value === null ? locale.t("videos.event_no_note") : ""), value === null ? "" : String(value)].filter(Boolean).join(" · ")

/** @param {VideoEvents} events */
export function eventList(events) {
  const element = h("section", { class: "events", hidden: true })
  let drawn = "" // what the list was drawn for

  return {
    element,
    /**
     * @param {Locale} locale
     * @param {PlayedVideo} video
     * @param {(second: number) => void} seek
     */
    draw(locale, video, seek) {
      const wanted = JSON.stringify([locale.language, video.filename, events.list, events.open, events.deleted, events.problem])
      if (wanted === drawn) return
      drawn = wanted
      const focused = focusBeside(element)
      const hadFocus = element.contains(focused)
      const typed = /** @type {HTMLInputElement | null} */ (element.querySelector(".note-field"))
      const before = typed && { id: typed.dataset.event, value: typed.value }
      element.hidden = events.list.length === 0 && events.deleted === null && !events.problem
      fill(element,
        h("h2", { class: "heading" }, locale.t("videos.events"), h("span", { class: "second figures" }, events.list.length)),
        h("ol", {}, events.list.map((each) =>
          h("li", {}, eventRow(locale, each, events, seek), each.id === events.open ? noteField(locale, each, events) : null))),
        events.deleted ? deletedLine(locale, events) : null,
        events.problem ? h("p", { class: "trouble", role: "alert" }, events.problem) : null)
      const field = /** @type {HTMLInputElement | null} */ (element.querySelector(".note-field"))
      if (field && before && field.dataset.event === before.id) field.value = before.value
      if (hadFocus) keepFocus(element, focused)
    },
  }
}

/**
 * Gives the focus to what is there instead of the element that had it.
 * @param {HTMLElement} element
 * @param {HTMLElement | null} before
 */
function keepFocus(element, before) {
  const all = /** @type {HTMLElement[]} */ ([...element.querySelectorAll("button, input")])
  const same = all.find((each) => each.className === before?.className && each.dataset.event === before.dataset.event)
  const otherwise = before?.dataset.event ? all.find((each) => each.dataset.event === before.dataset.event) : null
  const found = same ?? otherwise ?? all[0]
  found?.focus()
}

/**
 * @param {Locale} locale
 * @param {VideoEvent} event
 * @param {VideoEvents} events
 * @param {(second: number) => void} seek
 */
function eventRow(locale, event, events, seek) {
  const { id, second, length, in_gap: isInGap } = event
  const facts = { time: eventTime(locale, event), text: eventText(locale, event) }
  const toggle = () => {
    events.open = events.open === id ? "" : id
    events.changed()
  }
  const more = [length ? exactLength(locale, length) : "", isInGap ? locale.t("videos.event_in_gap") : ""].filter(Boolean).join(" · ")
  return h("div", { class: "event" },
    h("button", { type: "button", class: "go", "data-event": id, "aria-label": locale.t("videos.event_go", facts), on: { click: () => seek(second) } },
      h("b", { class: "figures" }, facts.time), h("span", { class: event.text || event.value !== null ? "" : "none" }, facts.text),
      more ? h("span", { class: "second" }, more) : null),
    events.canMark()
      ? [iconButton("pencil", locale.t("videos.event_change", facts), toggle, { class: "icon-button edit", "data-event": id, "aria-expanded": String(events.open === id) }),
        iconButton("trash", locale.t("videos.event_delete", facts), () => events.remove(event), { class: "icon-button remove", "data-event": id })]
      : null)
}

/**
 * A field for the note, and the notes that were written before.
 * @param {Locale} locale
 * @param {VideoEvent} event
 * @param {VideoEvents} events
 */
function noteField(locale, { id, text }, events) {
  /** @param {string | null} note null: it stays as it was */
  const finish = (note) => {
    events.open = ""
    if (note === null || note === text) return events.changed()
    if (note) rememberNote(note)
    events.note(id, note)
  }
  const field = h("input", {
    class: "field note-field", value: text, maxlength: MAX_NOTE_CHARS, "data-event": id, placeholder: locale.t("videos.event_what"),
    "aria-label": locale.t("videos.event_note"), autocomplete: "off",
  })
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return
    event.preventDefault() // or Enter would press the button that gets the focus
    finish(event.key === "Enter" ? field.value.trim() : null)
  })
  return h("div", { class: "note" },
    h("div", { class: "note-line" }, field, button({ label: locale.t("videos.event_done"), kind: "link", "data-event": id, on: () => finish(field.value.trim()) })),
    h("div", { class: "chips" }, usualNotes().filter((each) => each !== text).map((each) =>
      h("button", { type: "button", class: "chip", "data-event": id, on: { click: () => finish(each) } }, h("span", {}, each)))))
}

/**
 * @param {Locale} locale
 * @param {VideoEvents} events
 */
const deletedLine = (locale, events) =>
  h("p", { class: "deleted second", role: "status" }, icon("trash", 16), locale.t("videos.event_deleted"),
    button({ label: locale.t("videos.event_undo"), kind: "link", on: events.undo }))
