// A row of choices that are all visible: native radio buttons.

import { h } from "./base.js"

/** @import { Attributes } from "./base.js" */
/**
 * `name` is for screen readers and the tooltip, if the label is a sign.
 * @typedef {{label: string, name?: string, checked: boolean, on: () => void, [attribute: string]: unknown}} Choice
 */

/**
 * @param {string} group unique on the page
 * @param {string} name for screen readers
 * @param {Choice[]} choices
 * @param {Attributes} attributes
 */
export function segmentedControl(group, name, choices, attributes = {}) {
  return h("fieldset", { class: "segment", ...attributes }, h("legend", { class: "unseen" }, name),
    choices.map(({ label, name: spoken, checked, on, ...labelAttributes }) =>
      h("label", { title: spoken, ...labelAttributes },
        h("input", { type: "radio", name: group, "aria-label": spoken, checked, on: { change: on } }), h("span", {}, label))))
}
