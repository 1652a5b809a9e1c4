// Ends everything that must end with a view: listeners, timers, connections.

/** @import { Model, View } from "../wire.js" */
/** @typedef {ReturnType<typeof lifetime>} Lifetime */

/**
 * Panel may render a view again without an event that the old one has ended.
 * @param {Model} model
 * @param {View} view
 */
export function lifetime(model, view) {
  view.camrecEnd?.()
  /** @type {(() => void)[]} */
  const ends = []
  const end = () => {
    for (const stop of ends.splice(0)) stop()
  }
  view.camrecEnd = end
  model.on("remove", end)
  const life = {
    end,
    /** @param {() => void} stop */
    add: (stop) => void ends.push(stop),
    /**
     * @param {string | string[]} names
     * @param {(message: any) => void} changed
     */
    watch: (names, changed) => model.on(names, changed),
    /**
     * @param {EventTarget} target
     * @param {string} event
     * @param {(event: any) => void} listener
     * @param {AddEventListenerOptions} [options]
     */
    on(target, event, listener, options) {
      target.addEventListener(event, listener, options)
      ends.push(() => target.removeEventListener(event, listener, options))
    },
    /**
     * @param {number} milliseconds
     * @param {() => void} tick
     */
    every(milliseconds, tick) {
      const timer = setInterval(tick, milliseconds)
      ends.push(() => clearInterval(timer))
    },
    /**
     * Call `changed` with the first size of an element, and whenever it changes.
     * @param {Element} element
     * @param {() => void} changed
     */
    onResize(element, changed) {
      const observer = new ResizeObserver(changed)
      observer.observe(element)
      ends.push(() => observer.disconnect())
    },
    /**
     * Call `begin` when an element is in the page, to which Panel adds what `render` returns.
     * @param {Element} element
     * @param {() => void} begin
     */
    onceInPage(element, begin) {
      const timer = setInterval(() => {
        if (!element.isConnected) return
        clearInterval(timer)
        begin()
      }, 50)
      ends.push(() => clearInterval(timer))
    },
    /** @param {() => void} changed */
    onRoute: (changed) => life.on(window, "hashchange", changed),
  }
  return life
}
