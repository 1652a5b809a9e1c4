// The frame that is shown: its age, and whether it is too old to be called live.

/** @import { StreamFacts } from "../wire.js" */
/** @import { ClockSkew, SteadyClock } from "./stream_clock.js" */
/** @import { StreamConnection } from "./stream_connection.js" */
/** @typedef {ReturnType<typeof frameAge>} FrameAge */

const SAME_MS = 5 // largest difference between two reports of the same frame's time
const REJOIN_S = 2 // in which a new connection may bring frames that are older than those shown before
const CATCHING_UP_S = 5 // in which a page must have decoded the GOP in which it joined
const UNPACED_S = 15 // without a frame, while the usual interval is not known yet
const MIN_PATIENCE_S = 2
const USUAL_DISTANCES = 2.5

/**
 * @param {object} sources
 * @param {SteadyClock} sources.clock
 * @param {ClockSkew} sources.skew
 * @param {StreamConnection} sources.connection
 */
export function frameAge({ clock, skew, connection }) {
  let frames = 0 // shown since the view became visible
  /** @type {number | null} */
  let capturedAt = null // capture time of the frame that is shown
  /** @type {StreamFacts | null} */
  let facts = null
  let factsAt = 0

  /**
   * Seconds since a frame was captured, by camrec's clock.
   * @param {number} moment
   */
  const since = (moment) => (Date.now() - skew.ms() - moment) / 1000
  /** Age of the frame that is shown; the time of transmission counts. */
  const shownAge = () => Math.max(0, since(capturedAt ?? 0), (connection.isLinked() && facts?.lag) || 0)
  /** Age of the camera's newest frame. */
  const newestAge = () => (facts?.age == null ? null : facts.age + clock.since(factsAt))

  /** Seconds without a frame after which the shown one is old. */
  function patience() {
    const distance = facts?.usual_distance ?? null
    return distance === 0 ? UNPACED_S : Math.max(MIN_PATIENCE_S, USUAL_DISTANCES * (distance ?? 0))
  }

  /** The frame that is shown is old, and newer ones follow: those of the GOP in which this page joined. */
  function isCatchingUp() {
    const newest = newestAge()
    const isOld = shownAge() >= patience()
    return connection.isLinked() && connection.linkedFor() < CATCHING_UP_S && isOld && newest !== null && newest < patience()
  }

  /** No frame is shown yet, but one will be. */
  const isWaiting = () => frames === 0 || isCatchingUp()
  /** The connection is lost, or cannot be opened. */
  const isLost = () => !connection.isLinked() && (frames > 0 || connection.isUnreached())

  return {
    since, patience, isWaiting, isLost,
    frames: () => frames,
    capturedAt: () => capturedAt,
    facts: () => facts,
    isOld: () => shownAge() >= patience(),
    /**
     * A view that becomes visible again gets the first frame of the GOP, and may have shown newer ones before.
     * @param {number} moment
     */
    isOutdated: (moment) => moment < (capturedAt ?? 0) - SAME_MS && connection.linkedFor() < REJOIN_S,
    /** @param {number} moment */
    show(moment) {
      capturedAt = moment
      frames += 1
      skew.addFrame(Date.now(), moment)
    },
    /** @param {StreamFacts} latest */
    learn(latest) {
      facts = latest
      factsAt = clock.now()
      skew.add(Date.now(), 1000 * latest.now)
    },
    /** Nobody watches: forget what would be out of date later. */
    rest() {
      frames = 0
      facts = null
    },
    /** Seconds since the frame that is shown was captured; null: not known. */
    age() {
      if (!isWaiting()) return shownAge()
      // The time of the last frame is still known from before.
      return newestAge() ?? (isLost() && capturedAt !== null ? shownAge() : null)
    },
  }
}
