// Moves through a video: one seek at a time, and only the newest target counts.

/** @import { FrameTimes } from "./frame_clock.js" */
/** @import { Gap } from "../wire.js" */
/** @typedef {ReturnType<typeof seeking>} Seeking */

const PAST_GAP_S = 0.01 // after a gap's start, from which on the next gap is meant
const BEFORE_GAP_S = 0.5 // after a gap's start, from which on that gap is meant and not the one before

/**
 * The start of the next gap (1) or the previous one (-1); undefined: there is none.
 * @param {Gap[]} gaps
 * @param {number} time
 * @param {number} direction
 */
export function gapStart(gaps, time, direction) {
  const starts = gaps.map((gap) => gap.start)
  return direction > 0 ? starts.find((start) => start > time + PAST_GAP_S) : starts.findLast((start) => start < time - BEFORE_GAP_S)
}

/**
 * @param {HTMLVideoElement} element
 * @param {Gap[]} gaps
 * @param {FrameTimes} frames
 * @param {{duration: number, changed: () => void}} options `duration` is used until the file's is known
 */
export function seeking(element, gaps, frames, { duration, changed }) {
  /** @type {number | null} */
  let wanted = null // the newest target, until it is reached
  /** @type {number | null} */
  let running = null // the target of the seek that is running

  const end = () => (Number.isFinite(element.duration) ? element.duration : duration)
  const time = () => wanted ?? element.currentTime

  /** @param {number} target */
  function seek(target) {
    wanted = Math.min(Math.max(target, 0), end())
    if (!element.seeking) element.currentTime = running = wanted
    changed()
  }

  return {
    time,
    seek,
    toStart: () => seek(0),
    toEnd: () => seek(end()),
    /** @param {number} seconds */
    skip: (seconds) => seek(time() + seconds),
    /** @param {number} steps */
    stepFrames(steps) {
      element.pause()
      seek(frames.step(time(), steps))
    },
    /** @param {number} direction */
    toGap(direction) {
      const start = gapStart(gaps, time(), direction)
      if (start !== undefined) seek(start)
    },
    /** A seek has ended: continue to the newest target. */
    arrived() {
      if (element.seeking) return // the event is late: another seek is running
      if (wanted === running) wanted = null
      if (wanted !== null) element.currentTime = running = wanted
      changed()
    },
  }
}
