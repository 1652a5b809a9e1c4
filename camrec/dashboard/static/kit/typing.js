// Entries are not drawn again while somebody types in them: the new one would be without the typed text.

/**
 * @param {() => void} draw
 * @param {string[]} keepTheirText the ids of entries that keep what is typed when they are drawn again
 */
export function drawingAfterTyping(draw, keepTheirText) {
  let isTyping = false
  let isLate = false

  function ended() {
    isTyping = false
    if (isLate) setTimeout(drawNow) // by then the next entry has the focus, and gets it back
  }

  function drawNow() {
    if (isTyping || !isLate) return
    isLate = false
    draw()
  }

  return {
    /** What the form around the entries listens to. */
    on: {
      input: (/** @type {Event} */ { target }) => {
        isTyping = target instanceof HTMLInputElement && !keepTheirText.includes(target.id)
      },
      change: ended,
      focusout: ended,
    },
    /** Draw now, or when nobody types any more. */
    draw: () => {
      isLate = true
      drawNow()
    },
  }
}
