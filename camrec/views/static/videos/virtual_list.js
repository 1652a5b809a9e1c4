// A long list of which only what is near the screen stands in the document.

const AHEAD = 900 // px above and below the screen that are ready before they are seen

/**
 * Shows `items` in `element`, each at its place: {key, made, top, left, width, height, make, fixed}. `make`
 * gives the element; it is kept as long as `made` stays the same. What is `fixed` is no card. They stand in the document in their
 * order, so that Tab goes through them in it. What has the focus stays, however far it is scrolled away.
 */
function column(life, element) {
  let items = []
  let there = new Map() // key -> {made, node} of what stands in the document
  let asked = false

  function show(next, height) {
    items = next
    element.style.height = `${height}px`
    look()
  }

  /** The first item that reaches below `edge`. */
  function firstBelow(edge) {
    let [low, high] = [0, items.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (items[middle].top + items[middle].height < edge) low = middle + 1
      else high = middle
    }
    return low
  }

  function look() {
    asked = false
    if (element.offsetParent === null && element.clientWidth === 0) return // not shown at all
    const { top } = element.getBoundingClientRect()
    const held = heldKey()
    const seen = []
    const first = firstBelow(-top - AHEAD)
    const before = held === null ? -1 : items.findIndex((item) => item.key === held)
    if (before >= 0 && before < first) seen.push(items[before])
    let last = first
    while (last < items.length && items[last].top < innerHeight - top + AHEAD) seen.push(items[last++])
    if (before >= last) seen.push(items[before])
    stand(seen)
  }

  const heldKey = () => element.getRootNode().activeElement?.closest("[data-key]")?.dataset.key ?? null

  function stand(seen) {
    const now = new Map()
    for (const item of seen) {
      const known = there.get(item.key)
      const node = known?.made === item.made ? known.node : item.make()
      node.dataset.key = item.key
      node.classList.add("placed")
      const { style } = node
      const { top, left, width, height } = item
      for (const [side, px] of Object.entries({ top, left, width, height })) style.setProperty(side, `${px}px`)
      now.set(item.key, { made: item.made, node })
    }
    for (const [key, { node }] of there) if (now.get(key)?.node !== node) node.remove()
    let next = element.firstChild
    for (const { node } of now.values()) {
      if (node === next) next = next.nextSibling
      else element.insertBefore(node, next)
    }
    there = now
  }

  /** The element of `key`, scrolled into sight; null where there is none. */
  function reveal(key) {
    const item = items.find((each) => each.key === key)
    if (item === undefined) return null
    const { top } = element.getBoundingClientRect()
    const [above, below] = [160, 64] // px that the bars cover
    if (top + item.top < above) scrollBy(0, top + item.top - above)
    else if (top + item.top + item.height > innerHeight - below) scrollBy(0, top + item.top + item.height - innerHeight + below)
    look()
    return there.get(key)?.node ?? null
  }

  /** The key of the card `across` places on, or in the next row down (1) or up (-1); null at the end. */
  function beside(key, across, down) {
    const cards = items.filter((item) => !item.fixed)
    const at = cards.findIndex((item) => item.key === key)
    if (at < 0) return null
    if (!down) return cards[at + across]?.key ?? null
    const { top, left } = cards[at]
    const beyond = (item) => (down > 0 ? item.top > top : item.top < top)
    const row = (down > 0 ? cards.find(beyond) : cards.findLast(beyond))?.top
    return cards.findLast((item) => item.top === row && item.left <= left)?.key ?? null
  }

  const soon = () => {
    if (!asked) requestAnimationFrame(look)
    asked = true
  }
  life.on(document, "scroll", soon, { capture: true, passive: true })
  life.on(window, "resize", soon)
  return { show, reveal, beside }
}
