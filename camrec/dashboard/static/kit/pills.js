// Choices of which several may be made: native checkboxes as pills, or as the squares of a row.

import { h } from "./base.js"
import { icon } from "./icons.js"

/** @typedef {{value: string, label: string, title?: string}} Pill */

/**
 * @param {string} name for screen readers
 * @param {Pill[]} pills
 * @param {string[]} chosen changed in place
 * @param {() => void} changed
 * @param {import("./base.js").Attributes} attributes
 */
export function pillChoices(name, pills, chosen, changed, attributes = {}) {
  return h("fieldset", { class: "pills", ...attributes }, h("legend", {}, name), h("div", {}, pills.map(({ value, label, title }) => {
    const input = h("input", {
      type: "checkbox", checked: chosen.includes(value), "aria-label": title ?? label,
      on: {
        change: () => {
          if (input.checked) chosen.push(value)
          else chosen.splice(chosen.indexOf(value), 1)
          changed()
        },
      },
    })
    return h("label", {}, input, h("span", {}, icon("check", 16), label))
  })))
}
