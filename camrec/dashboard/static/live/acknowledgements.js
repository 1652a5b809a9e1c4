// When frames are acknowledged to camrec: each by itself while the page is behind, else several together, which
// costs the server less.

const MAX_FRAMES = 8 // that one acknowledgement waits for at most
const MAX_BYTES = 64 << 10
const MAX_WAIT_MS = 350

/**
 * @param {(count: number, nextCount: number) => void} send `nextCount`: how many the next one waits for at most
 * @param {() => boolean} isBehind
 */
export function acknowledgements(send, isBehind) {
  let due = { count: 0, bytes: 0 } // taken, and not acknowledged yet
  let together = 1 // frames that the next one waits for: one more each time, which the server is sent
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer

  function clear() {
    due = { count: 0, bytes: 0 }
    clearTimeout(timer)
    timer = undefined
  }

  function flush() {
    const { count } = due
    clear()
    if (isBehind()) together = 1
    else if (count >= together) together = Math.min(together + 1, MAX_FRAMES)
    if (count > 0) send(count, together)
  }

  return {
    /** @param {number} bytes */
    add(bytes) {
      due.count += 1
      due.bytes += bytes
    },
    /** Those that were added are acknowledged, now or with the ones that follow. */
    schedule() {
      if (isBehind() || due.count >= together || due.bytes >= MAX_BYTES) flush()
      else timer ??= setTimeout(flush, MAX_WAIT_MS)
    },
    /**
     * With another decoder: all that was sent to the one before counts as taken.
     * @param {number} untaken
     */
    restart(untaken) {
      const count = due.count + untaken
      together = 1
      if (count > 0) send(count, together)
      clear()
    },
    clear,
  }
}
