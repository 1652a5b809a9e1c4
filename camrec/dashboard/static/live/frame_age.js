// Which frame is shown, how old it is, and whether it is too old to be called live.

/** @import { StreamFacts } from "../wire.js" */
/** @import { ClockSkew, SteadyClock } from "./stream_clock.js" */
/** @import { StreamConnection } from "./stream_connection.js" */
/** @typedef {ReturnType<typeof frameAge>} FrameAge */

const SAME_MS = 5 // by which two reports of one frame's time may differ
const REJOIN_S = 2 // in which a new link may bring older frames than were shown
const CATCHING_UP_S = 5 // that a page may take to decode the GOP that it joined in
const UNPACED_S = 15 // without a frame, while their usual distance is not known yet
const MIN_PATIENCE_S = 2
const USUAL_DISTANCES = 2.5

/**
 * @param {object} sources
 * @param {SteadyClock} sources.clock
 * @param {ClockSkew} sources.skew
 * @param {StreamConnection} sources.connection
 */
export function frameAge({ clock, skew, connection }) {
  let frames = 0 // shown in this look
  /** @type {number | null} */
  let capturedAt = null // of the one that is shown
  /** @type {StreamFacts | null} */
  let facts = null
  let factsAt = 0

  /**
   * Seconds since a frame was captured, by camrec's clock.
   * @param {number} moment
   */
  const since = (moment) => (Date.now() - skew.ms() - moment) / 1000
  /** Of the frame that is shown: what is on its way counts. */
  const shownAge = () => Math.max(0, since(capturedAt ?? 0), (connection.isLinked() && facts?.lag) || 0)
  /** Of the camera's newest frame. */
  const newestAge = () => (facts?.age == null ? null : facts.age + clock.since(factsAt))

  /** Seconds without a frame from which the shown one is called old. */
  function patience() {
    const distance = facts?.usual_distance ?? null
    return distance === 0 ? UNPACED_S : Math.max(MIN_PATIENCE_S, USUAL_DISTANCES * (distance ?? 0))
  }

  /** What is shown is old, and newer ones are on their way: those of the GOP that this page joined in. */
  function isCatchingUp() {
    const newest = newestAge()
    const isOld = shownAge() >= patience()
    return connection.isLinked() && connection.linkedFor() < CATCHING_UP_S && isOld && newest !== null && newest < patience()
  }

  /** Nothing new is shown yet, though it will be. */
  const isWaiting = () => frames === 0 || isCatchingUp()
  /** The link is lost, or does not come to be. */
  const isLost = () => !connection.isLinked() && (frames > 0 || connection.isUnreached())

  return {
    since, patience, isWaiting, isLost,
    frames: () => frames,
    capturedAt: () => capturedAt,
    facts: () => facts,
    isOld: () => shownAge() >= patience(),
    /**
     * Who comes back gets the first frame of the GOP first, and may have seen newer ones.
     * @param {number} moment
     */
    isOutdated: (moment) => moment < (capturedAt ?? 0) - SAME_MS && connection.linkedFor() < REJOIN_S,
    /** @param {number} moment */
    show(moment) {
      capturedAt = moment
      frames += 1
    },
    /** @param {StreamFacts} latest */
    learn(latest) {
      facts = latest
      factsAt = clock.now()
      skew.add(Date.now(), 1000 * latest.now)
    },
    /** Nobody looks: what would be old at the next look is forgotten. */
    rest() {
      frames = 0
      facts = null
    },
    /** Seconds since the frame that is shown was new; null before anything is known. */
    age() {
      if (!isWaiting()) return shownAge()
      // Of an earlier look it is still known when there was one.
      return newestAge() ?? (isLost() && capturedAt !== null ? shownAge() : null)
    },
  }
}
