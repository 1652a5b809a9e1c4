// A form is not drawn again while somebody types in it, because the new entry would be without the typed text, nor between
// the press and the release of a button, because a click needs both on the same one.

const RELEASES = ["pointerup", "pointercancel"]

/**
 * @param {() => void} draw
 * @param {string[]} keepTheirText the ids of entries that keep what is typed when they are drawn again
 */
export function drawingAfterTyping(draw, keepTheirText) {
  let isTyping = false
  let isPressed = false
  let isLate = false

  function ended() {
    isTyping = false
    if (isLate) setTimeout(drawNow) // by then the next entry has the focus, and gets it back
  }

  function pressed() {
    isPressed = true
    const released = () => {
      isPressed = false
      for (const event of RELEASES) removeEventListener(event, released, true)
      setTimeout(drawNow) // after the click
    }
    for (const event of RELEASES) addEventListener(event, released, true)
  }

  function drawNow() {
    if (isTyping || isPressed || !isLate) return
    isLate = false
    draw()
  }

  return {
    /** What the form around the entries listens to. */
    on: {
      input: (/** @type {Event} */ { target }) => {
        isTyping = target instanceof HTMLInputElement && !keepTheirText.includes(target.id)
      },
      pointerdown: pressed,
      change: ended,
      focusout: ended,
    },
    /** Draw now, or when nobody types or presses any more. */
    draw: () => {
      isLate = true
      drawNow()
    },
  }
}
