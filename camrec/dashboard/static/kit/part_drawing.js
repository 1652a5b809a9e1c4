// Draws parts of a view only when what they show has changed.

import { focusBeside } from "./base.js"
import { isAlike } from "./focus_return.js"

/** @typedef {(() => void) | void} Tick what a drawn part does every moment, if anything */

/**
 * A part that has not changed keeps its elements, and so the focus.
 * @param {() => string} language that the parts are drawn in
 */
export function partDrawing(language) {
  /** @type {Record<string, {key: string, tick: Tick}>} */
  const drawn = {}
  return {
    /**
     * @param {string} name
     * @param {HTMLElement} element
     * @param {unknown[]} facts what the part shows
     * @param {() => Tick} draw
     */
    part(name, element, facts, draw) {
      const key = JSON.stringify([facts, language()])
      if (drawn[name]?.key === key) return
      const focused = focusBeside(element)
      const hadFocus = focused !== null && element.contains(focused)
      drawn[name] = { key, tick: draw() }
      if (!hadFocus) return
      // The same button, if it is there again: another one could stop a recording.
      const buttons = /** @type {HTMLElement[]} */ ([...element.querySelectorAll("button:not(:disabled)")])
      const same =
        buttons.find((each) => isAlike(each, focused)) ??
        buttons.find((each) => each.className === focused.className) ??
        buttons[0]
      same?.focus()
    },
    tick() {
      for (const { tick } of Object.values(drawn)) tick?.()
    },
  }
}
