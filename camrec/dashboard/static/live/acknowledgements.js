// Decides when frames are acknowledged to camrec: each one alone while the page is behind, otherwise several together,
// which costs the server less.

const MAX_FRAMES = 8 // frames in one acknowledgement
const MAX_BYTES = 64 << 10
const MAX_WAIT_MS = 350

/**
 * @param {(count: number, nextCount: number) => void} send `nextCount`: the most that the next acknowledgement waits for
 * @param {() => boolean} isBehind
 */
export function acknowledgements(send, isBehind) {
  let due = { count: 0, bytes: 0 } // frames that were taken and are not acknowledged yet
  let together = 1 // frames that the next acknowledgement waits for; grows by one each time, and is sent to the server
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
    /** Acknowledge the frames that were added, now or with the next ones. */
    schedule() {
      if (isBehind() || due.count >= together || due.bytes >= MAX_BYTES) flush()
      else timer ??= setTimeout(flush, MAX_WAIT_MS)
    },
    /**
     * Start again with another decoder: everything that was sent to the old one counts as taken.
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
