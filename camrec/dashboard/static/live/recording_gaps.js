// The gaps of a recording that runs.

/** @import { Gap } from "../wire.js" */

const SAME_GAP_S = 1

/** @param {Gap[]} gaps */
export const totalGap = (gaps) => gaps.reduce((sum, gap) => sum + gap.duration, 0)

/**
 * The gaps that camrec has reported, and the one that is growing now, which may already be among them.
 * @param {Gap[]} known
 * @param {number} elapsed seconds of the recording
 * @param {number} age seconds since the last frame
 * @returns {Gap[]}
 */
export function withGrowingGap(known, elapsed, age) {
  const start = Math.max(0, elapsed - age)
  const before = known.filter((gap) => gap.start + gap.duration < start - SAME_GAP_S)
  return [...before, { start, duration: elapsed - start }]
}
