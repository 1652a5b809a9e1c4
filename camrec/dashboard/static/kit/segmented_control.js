// A row of choices that lie open: native radio buttons.

import { h } from "./base.js"

/** @import { Attributes } from "./base.js" */
/** @typedef {{label: string, checked: boolean, on: () => void, [attribute: string]: unknown}} Choice */

/**
 * @param {string} group tells it from other rows of the page
 * @param {string} name for those who cannot see it
 * @param {Choice[]} choices
 * @param {Attributes} attributes
 */
export function segmentedControl(group, name, choices, attributes = {}) {
  return h("fieldset", { class: "segment", ...attributes }, h("legend", { class: "unseen" }, name),
    choices.map(({ label, checked, on, ...labelAttributes }) =>
      h("label", labelAttributes, h("input", { type: "radio", name: group, checked, on: { change: on } }), h("span", {}, label))))
}
