// Midnight, for a page that stays open.

/** @import { Lifetime } from "./lifetime.js" */

const NEW_DAY_CHECK_MS = 10_000

/**
 * Call `changed` when "today" has become yesterday.
 * @param {Lifetime} life
 * @param {() => void} changed
 */
export function onNewDay(life, changed) {
  let today = new Date().toDateString()
  life.every(NEW_DAY_CHECK_MS, () => {
    if (today === new Date().toDateString()) return
    today = new Date().toDateString()
    changed()
  })
}
