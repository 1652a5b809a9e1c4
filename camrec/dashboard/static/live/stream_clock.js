// Two clocks of a live stream: one of this page that only goes forward, and how this browser's clock differs
// from camrec's.

const SLEEP_MS = 5000 // the wall clock is ahead by more than this: the machine slept
const SAMPLES = 5

/** @typedef {ReturnType<typeof steadyClock>} SteadyClock */
/** @typedef {ReturnType<typeof clockSkew>} ClockSkew */

/**
 * A clock in milliseconds that no correction of the time moves, and that counts the machine's sleep, which
 * performance.now() leaves out.
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
     * Seconds since a moment of this clock.
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
 * By how many milliseconds this browser's clock is ahead of camrec's. A message's delay makes it seem further
 * ahead, so the least of the latest few differences is taken: a minimum-delay filter, as NTP has one.
 */
export function clockSkew() {
  /** @type {number[]} */
  let differences = []
  let skew = 0
  return {
    ms: () => skew,
    /**
     * @param {number} received by this browser's clock
     * @param {number} sent by camrec's clock
     */
    add(received, sent) {
      differences = [...differences.slice(1 - SAMPLES), received - sent]
      skew = Math.min(...differences)
    },
    /** For a new connection, whose delays may be others. */
    restart() {
      differences = []
    },
  }
}
