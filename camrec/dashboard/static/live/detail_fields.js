// The fields of one detail: its name, its value, and a button that removes it.

import { h, iconButton } from "../kit/base.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { Detail } from "./recording_details.js" */

const MAX_DETAIL_NAME_CHARS = 64
const MAX_DETAIL_CHARS = 1000

/**
 * @param {Locale} locale
 * @param {Detail} detail
 * @param {{changed: () => void, remove: () => void}} actions
 */
export function pairFields(locale, detail, { changed, remove }) {
  /** @param {"name" | "value"} field */
  const typed = (field) => ({
    input(/** @type {any} */ { target }) {
      detail[field] = target.value
      describe()
      changed()
    },
  })
  const named = locale.t("page.detail_name")
  const value = h("input", { class: "field", value: detail.value, maxlength: MAX_DETAIL_CHARS, autocomplete: "off", on: typed("value") })
  const cross = iconButton("close", "", remove)
  function describe() {
    value.setAttribute("aria-label", detail.name || locale.t("page.detail_value"))
    cross.title = locale.t("page.detail_remove", { name: detail.name })
    cross.setAttribute("aria-label", cross.title)
  }
  describe()
  return h("div", { class: "pair" },
    h("input", { class: "field", value: detail.name, maxlength: MAX_DETAIL_NAME_CHARS, "aria-label": named, placeholder: named, autocomplete: "off", on: typed("name") }),
    value, cross)
}
