// Keys that work wherever the focus is.

import { cameThrough } from "./base.js"

/** @import { Lifetime } from "./lifetime.js" */

const TYPING = "input:not([type=checkbox]):not([type=radio]), select, textarea, dialog, [role=dialog]"

/**
 * Keys of a part of the page, as {"x": handler, "ctrl+a": handler}. They work while `isActive()` is true, but not in a
 * text field, nor below a dialog. If a handler returns false, the browser does what it usually does with the key.
 * @param {Lifetime} life
 * @param {() => boolean} isActive
 * @param {Record<string, (event: KeyboardEvent) => unknown>} handlers
 */
export function hotkeys(life, isActive, handlers) {
  life.on(document, "keydown", (event) => {
    const handle = handlers[(event.ctrlKey || event.metaKey ? "ctrl+" : "") + event.key]
    if (!handle || event.altKey || event.defaultPrevented || !isActive()) return
    if (cameThrough(event, TYPING)) return
    if (document.documentElement.matches("[data-cut]") || handle(event) === false) return
    event.preventDefault()
  })
}
