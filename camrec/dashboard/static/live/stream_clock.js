// The clocks of a live stream: one of this page that only goes forward, and the difference between this browser's clock
// and camrec's.

const SLEEP_MS = 5000 // if the wall clock is ahead by more than this, the machine slept
const SAMPLES = 5

/** @typedef {ReturnType<typeof steadyClock>} SteadyClock */
/** @typedef {ReturnType<typeof clockSkew>} ClockSkew */

/**
 * A clock in milliseconds that ignores corrections of the system's time. It counts the time that the machine sleeps,
 * which performance.now() does not.
 * @param {() => number} wallNow
 * @param {() => number} monotonicNow
 */
export function steadyClock(wallNow = () => Date.now(), monotonicNow = () => performance.now()) {
  let slept = 0
  let last = { wall: wallNow(), monotonic: monotonicNow() }
  const now = () => monotonicNow() + slept
  return {
    now,
    /**
     * Seconds since a time of this clock.
     * @param {number} moment
     */
    since: (moment) => (now() - moment) / 1000,
    /** Called once a second: notices a sleep. */
    check() {
      const current = { wall: wallNow(), monotonic: monotonicNow() }
      const missing = current.wall - last.wall - (current.monotonic - last.monotonic)
      last = current
      if (missing > SLEEP_MS) slept += missing
    },
  }
}

/**
 * By how many milliseconds this browser's clock is ahead of camrec's. The delay of a message makes it seem further
 * ahead, so the smallest of the latest differences counts: a minimum-delay filter, as in NTP.
 */
export function clockSkew() {
  /** @type {number[]} */
  let differences = []
  /** @type {number[]} */
  let frameDifferences = []
  let skew = 0
  let isKnown = false
  return {
    ms: () => skew,
    /**
     * The same for dating what happens here. A page that has just loaded is busy, and its first messages may all be late,
     * so until there are enough of them frames count too. Later they do not: the camera's clock may have dated them.
     */
    closest() {
      if (differences.length === SAMPLES || frameDifferences.length === 0) return skew
      return Math.min(...(isKnown ? [skew] : []), ...frameDifferences)
    },
    /**
     * @param {number} shown by this browser's clock
     * @param {number} captured by camrec's clock
     */
    addFrame(shown, captured) {
      frameDifferences = [...frameDifferences.slice(1 - SAMPLES), shown - captured]
    },
    /**
     * @param {number} received by this browser's clock
     * @param {number} sent by camrec's clock
     */
    add(received, sent) {
      differences = [...differences.slice(1 - SAMPLES), received - sent]
      skew = Math.min(...differences)
      isKnown = true
    },
    /** Start again for a new connection, whose delays may differ. */
    restart() {
      differences = []
      frameDifferences = []
    },
  }
}
