// A long list. Only the items near the visible area are in the document.

import { focusBeside } from "../kit/base.js"

/** @import { Lifetime } from "../kit/lifetime.js" */
/** @typedef {ReturnType<typeof virtualList>} VirtualList */

/**
 * One item at its position. `make` creates its element, which is kept as long as `version` stays the same.
 * @typedef {object} Item
 * @property {string} key
 * @property {unknown} version
 * @property {number} top
 * @property {number} left
 * @property {number} width
 * @property {number} height
 * @property {() => HTMLElement} make
 * @property {boolean} [isHeading]
 */

const AHEAD_PX = 900 // above and below the visible area in which items are in the document
const BARS_PX = { above: 160, below: 64 } // covered by the page's bars

/**
 * The first item that reaches below `edge`. Items are sorted by position.
 * @param {Item[]} items
 * @param {number} edge
 */
export function firstBelow(items, edge) {
  let [low, high] = [0, items.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (items[middle].top + items[middle].height < edge) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The items between two edges, and the one with the focus, wherever it is; in order.
 * @param {Item[]} items
 * @param {number} top
 * @param {number} bottom
 * @param {string | null} focusedKey
 */
export function visibleItems(items, top, bottom, focusedKey) {
  const first = firstBelow(items, top)
  let end = first
  while (end < items.length && items[end].top < bottom) end += 1
  const focused = focusedKey === null ? -1 : items.findIndex((item) => item.key === focusedKey)
  const isBefore = focused >= 0 && focused < first
  const isBehind = focused >= end
  return [...(isBefore ? [items[focused]] : []), ...items.slice(first, end), ...(isBehind ? [items[focused]] : [])]
}

/**
 * The key of the card that is `across` cards further, or in the next row down (1) or up (-1); null at the end.
 * @param {Item[]} items
 * @param {string} key
 * @param {number} across
 * @param {number} down
 */
export function neighbour(items, key, across, down) {
  const cards = items.filter((item) => !item.isHeading)
  const index = cards.findIndex((item) => item.key === key)
  if (index < 0) return null
  if (!down) return cards[index + across]?.key ?? null
  const { top, left } = cards[index]
  /** @param {Item} item */
  const isBeyond = (item) => (down > 0 ? item.top > top : item.top < top)
  const row = (down > 0 ? cards.find(isBeyond) : cards.findLast(isBeyond))?.top
  return cards.findLast((item) => item.top === row && item.left <= left)?.key ?? null
}

/**
 * Shows items in `element`. They are in the document in their order, so that Tab follows it.
 * @param {Lifetime} life
 * @param {HTMLElement} element
 */
export function virtualList(life, element) {
  /** @type {Item[]} */
  let items = []
  /** @type {Map<string, {version: unknown, node: HTMLElement}>} */
  let placed = new Map() // what is in the document
  let isScheduled = false

  const focusedKey = () => /** @type {HTMLElement | null} */ (focusBeside(element)?.closest("[data-key]"))?.dataset.key ?? null

  function update() {
    isScheduled = false
    if (element.offsetParent === null && element.clientWidth === 0) return // not shown at all
    const { top } = element.getBoundingClientRect()
    place(visibleItems(items, -top - AHEAD_PX, innerHeight - top + AHEAD_PX, focusedKey()))
  }

  /** @param {Item[]} visible */
  function place(visible) {
    /** @type {typeof placed} */
    const now = new Map()
    for (const item of visible) {
      const known = placed.get(item.key)
      const node = known && known.version === item.version ? known.node : item.make()
      node.dataset.key = item.key
      node.classList.add("placed")
      const { top, left, width, height } = item
      for (const [side, px] of Object.entries({ top, left, width, height })) node.style.setProperty(side, `${px}px`)
      now.set(item.key, { version: item.version, node })
    }
    for (const [key, { node }] of placed) if (now.get(key)?.node !== node) node.remove()
    let next = element.firstChild
    for (const { node } of now.values()) {
      if (node === next) next = next.nextSibling
      else element.insertBefore(node, next)
    }
    placed = now
  }

  const updateSoon = () => {
    if (!isScheduled) requestAnimationFrame(update)
    isScheduled = true
  }
  life.on(document, "scroll", updateSoon, { capture: true, passive: true })
  life.on(window, "resize", updateSoon)

  return {
    /** @param {{items: Item[], height: number}} layout */
    show(layout) {
      items = layout.items
      element.style.height = `${layout.height}px`
      update()
    },
    /**
     * The element of `key`, after it was scrolled into view; null: there is none.
     * @param {string} key
     */
    reveal(key) {
      const item = items.find((each) => each.key === key)
      if (item === undefined) return null
      const top = element.getBoundingClientRect().top + item.top
      const bottom = top + item.height
      if (top < BARS_PX.above) scrollBy(0, top - BARS_PX.above)
      else if (bottom > innerHeight - BARS_PX.below) scrollBy(0, bottom - innerHeight + BARS_PX.below)
      update()
      return placed.get(key)?.node ?? null
    },
    /**
     * @param {string} key
     * @param {number} across
     * @param {number} down
     */
    neighbour: (key, across, down) => neighbour(items, key, across, down),
  }
}
