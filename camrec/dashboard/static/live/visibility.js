// Whether anybody can see an element: it is not in a hidden tab, nor scrolled away.

/** @import { Lifetime } from "../kit/lifetime.js" */

const REST_MS = 1000 // for which the element is not visible before `rest` is called

/**
 * Runs something only while it is wanted and visible.
 * @param {Lifetime} life
 * @param {Element} element
 * @param {object} handlers
 * @param {() => void} handlers.start may be called any number of times
 * @param {() => void} handlers.rest the element was not visible for a while
 * @param {() => void} handlers.stop it is no longer wanted
 */
export function runWhileVisible(life, element, { start, rest, stop }) {
  let isWanted = false
  let isOnScreen = true
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let resting

  function update() {
    const isVisible = !document.hidden && isOnScreen
    if (isWanted && !isVisible) {
      resting ??= setTimeout(() => {
        resting = undefined
        rest()
      }, REST_MS)
      return
    }
    clearTimeout(resting)
    resting = undefined
    if (isWanted) start()
    else stop()
  }

  const observer = new IntersectionObserver((entries) => {
    isOnScreen = entries[entries.length - 1].isIntersecting
    update()
  })
  observer.observe(element)
  life.on(document, "visibilitychange", update)
  life.add(() => observer.disconnect())
  return {
    update,
    /** @param {boolean} wanted */
    want(wanted) {
      isWanted = wanted
      update()
    },
  }
}
