// A switch: a native checkbox that looks like one.

import { h } from "./base.js"

/**
 * @param {string} label for screen readers
 * @param {boolean} checked
 * @param {(checked: boolean) => void} on
 * @param {import("./base.js").Attributes} attributes
 */
export function switchControl(label, checked, on, attributes = {}) {
  const input = h("input", { type: "checkbox", role: "switch", "aria-label": label, checked, ...attributes, on: { change: () => on(input.checked) } })
  return h("label", { class: "switch", title: label }, input, h("i"))
}
