// Draws parts of a view only when what they show has changed.

import { focusBeside } from "./base.js"

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
      const hadFocus = element.contains(focusBeside(element))
      drawn[name] = { key, tick: draw() }
      if (hadFocus) /** @type {HTMLElement | null} */ (element.querySelector("button:not(:disabled)"))?.focus()
    },
    tick() {
      for (const { tick } of Object.values(drawn)) tick?.()
    },
  }
}
