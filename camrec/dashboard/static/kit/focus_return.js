// The focus goes back to the element that had it, or to the one that was drawn in its place.

import { focusedElement } from "./base.js"

/** @param {Element} element */
const label = (element) => element.getAttribute("aria-label") ?? element.textContent

/**
 * Whether two elements are the same one for a user.
 * @param {Element} one
 * @param {Element} other
 */
export const isAlike = (one, other) => one.className === other.className && label(one) === label(other)

/** Returns a function that gives the focus back. */
export function rememberFocus() {
  const focused = focusedElement()
  const root = focused?.getRootNode()
  return () => {
    if (focused === null || focused.isConnected) return focused?.focus()
    if (!(root instanceof ShadowRoot || root instanceof Document)) return
    const all = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("a, button")])
    all.find((each) => isAlike(each, focused))?.focus()
  }
}
