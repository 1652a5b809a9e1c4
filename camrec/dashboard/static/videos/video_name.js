// The name of a video. A form in its place changes it.

import { button, h, iconButton } from "../kit/base.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { PlayedVideo } from "../wire.js" */

const MAX_LENGTH = 100

/**
 * @param {Locale} locale
 * @param {PlayedVideo} video
 * @param {object} form
 * @param {boolean} form.isOpen
 * @param {string} form.problem why camrec rejected the last one
 * @param {() => void} form.edit
 * @param {(name: string | null) => void} form.send null: keep the old one
 */
export function videoName(locale, video, { isOpen, problem, edit, send }) {
  if (!isOpen) {
    return [h("h1", {}, video.name), iconButton("pencil", locale.t("videos.rename"), edit, { class: "icon-button rename" })]
  }
  const field = h("input", {
    class: "field", id: "name", value: video.name, maxlength: MAX_LENGTH, autocomplete: "off",
    "aria-invalid": problem ? "true" : "false", "aria-describedby": "refused",
    on: { keydown: (/** @type {KeyboardEvent} */ { key }) => key === "Escape" && send(null) },
  })
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault()
    send(field.value.trim())
  }
  return h("form", { class: "naming", novalidate: true, on: { submit } },
    h("label", { class: "unseen", for: "name" }, locale.t("videos.name")),
    field,
    h("button", { type: "submit", class: "button" }, locale.t("videos.rename_save")),
    button({ label: locale.t("videos.rename_cancel"), kind: "link", on: () => send(null) }),
    h("p", { id: "refused", class: "refused", role: problem ? "alert" : null }, problem))
}
