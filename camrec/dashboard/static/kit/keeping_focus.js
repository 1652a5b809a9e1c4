// Elements that are drawn anew have the focus again, if they have the same `data-key`.

import { focusBeside } from "./base.js"

/**
 * @param {HTMLElement} root
 * @param {() => void} draw
 */
export function keepingFocus(root, draw) {
  const key = focusBeside(root)?.dataset.key
  draw()
  if (key !== undefined) focusKey(root, (each) => each === key)
}

/**
 * Give the focus to the first element whose key matches.
 * @param {HTMLElement} root
 * @param {(key: string) => boolean} matches
 */
export function focusKey(root, matches) {
  const all = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-key]")])
  all.find((each) => matches(each.dataset.key ?? ""))?.focus()
}
