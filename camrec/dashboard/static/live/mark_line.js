// The line at the foot of the live view after a mark: its time, what it was, and undo. It takes no focus, so that the
// next "m" is another mark and not a letter.

import { fill, find, h } from "../kit/base.js"
import { icon } from "../kit/icons.js"
import { rememberNote, usualNotes } from "./usual_notes.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { CameraModel } from "./camera_model.js" */
/** @import { CameraMarks, Mark } from "./camera_marks.js" */

const SHOWN_MS = 8000 // without the focus
const MAX_NOTE_CHARS = 1000 // as many as an event's text may have

/**
 * @param {CameraModel} camera
 * @param {CameraMarks} marks
 * @param {(text: string) => void} write notes what the latest mark was
 */
export function markLine(camera, marks, write) {
  const line = h("div", { class: "mark-line", hidden: true })
  const status = h("p", { class: "unseen", role: "status" })
  const element = h("div", {}, line, status)
  const said = h("span", { class: "said" })
  const focus = borrowedFocus(line)
  /** @type {Mark | null} */
  let shown = null
  let drawn = "" // what the line was drawn for
  let isTyping = false
  let usedAt = 0 // when it was shown, or last had the focus

  function openField() {
    isTyping = true
    draw()
    find(line, "input").focus()
  }

  /** @param {string} text */
  function finish(text) {
    isTyping = false
    focus.giveBack()
    const note = text.trim()
    if (note) {
      rememberNote(note)
      write(note)
    }
    draw()
  }

  function undo() {
    focus.giveBack()
    marks.undo()
    draw()
  }

  /** The latest mark, until it was shown for long enough. */
  function currentMark() {
    const mark = marks.latest()
    if (mark !== shown) isTyping = false
    if (mark !== shown || focus.isHere()) usedAt = performance.now()
    shown = mark
    if (performance.now() - usedAt <= SHOWN_MS) return mark
    marks.forget()
    return (shown = null)
  }

  function draw() {
    const { locale } = camera
    const mark = currentMark()
    const marked = mark?.id ? locale.t("page.marked") : "" // said only when camrec has it
    const news = mark && marked ? `${locale.exactClock(mark.at)} ${marked}` : ""
    if (status.textContent !== news) status.textContent = news
    said.textContent = mark?.text || marked
    line.hidden = mark === null
    const wanted = JSON.stringify([mark, isTyping, locale.language], (key, value) => (key === "id" ? undefined : value))
    if (wanted === drawn) return
    drawn = wanted
    const hadFocus = focus.isHere()
    fill(line, mark && lineOf(mark))
    if (hadFocus && !isTyping) line.querySelector("button")?.focus()
  }

  /** @param {Mark} mark */
  function lineOf({ at, offersNote, text }) {
    const { locale } = camera
    return [
      icon("flag", 18), h("b", { class: "figures" }, locale.exactClock(at)),
      isTyping ? noteField(locale, finish) : offersNote && !text ? noteChoices(locale, openField, finish) : said,
      isTyping ? null : textButton(locale.t("page.mark_undo"), undo),
    ]
  }

  // What was typed is kept, except if only the window lost the focus: then it is typed on.
  line.addEventListener("focusout", ({ relatedTarget }) => {
    const input = line.querySelector("input")
    if (isTyping && input && document.hasFocus() && !line.contains(/** @type {Node | null} */ (relatedTarget))) finish(input.value)
  })
  return { element, draw }
}

/**
 * The focus while it is in an element, and where it was before.
 * @param {HTMLElement} element
 */
function borrowedFocus(element) {
  /** @type {HTMLElement | null} */
  let before = null
  const isHere = () => element.matches(":focus-within")
  element.addEventListener("focusin", ({ relatedTarget }) => {
    const from = /** @type {HTMLElement | null} */ (relatedTarget)
    if (!element.contains(from)) before = from
  })
  return {
    isHere,
    giveBack() {
      if (isHere()) before?.focus()
      if (isHere()) find(element, ":focus").blur()
    },
  }
}

/**
 * @param {string} label
 * @param {() => void} on
 */
const textButton = (label, on) => h("button", { type: "button", class: "text", on: { click: on } }, label)

/**
 * @param {Locale} locale
 * @param {(text: string) => void} finish
 */
function noteField(locale, finish) {
  const input = h("input", { class: "field", maxlength: MAX_NOTE_CHARS, placeholder: locale.t("page.mark_what"), "aria-label": locale.t("page.mark_note_label") })
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return
    event.preventDefault() // or Enter would press the button that gets the focus
    finish(event.key === "Enter" ? input.value : "")
  })
  return [input, textButton(locale.t("page.done"), () => finish(input.value))]
}

/**
 * A button for a new note, and one for each usual note.
 * @param {Locale} locale
 * @param {() => void} openField
 * @param {(text: string) => void} finish
 */
function noteChoices(locale, openField, finish) {
  return h("div", { class: "chips" },
    h("button", { type: "button", class: "note", on: { click: openField } }, icon("pencil", 16), locale.t("page.mark_note")),
    usualNotes().map((note) => h("button", { type: "button", class: "note", on: { click: () => finish(note) } }, h("span", {}, note))))
}
