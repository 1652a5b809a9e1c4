// The figures of a camera while this page was open: five minutes, as columns for Bokeh's plots.

/** @import { StreamFacts } from "../wire.js" */
/** @typedef {{at: number, isAway?: boolean, fps: number, rate: number, lag: number, lost: number}} Moment */
/** @typedef {ReturnType<typeof streamHistory>} StreamHistory */

export const MAX_MOMENTS = 300 // one a second
const MAX_SILENCE_MS = 3000 // without facts, as in a hidden tab, after which the line is interrupted
/** @type {("fps" | "rate" | "lag" | "lost")[]} */
export const FIGURES = ["fps", "rate", "lag", "lost"]

/**
 * The same as sample_columns() of plots.py: an area drops to 0 where there is no value.
 * @param {Moment[]} moments
 * @param {Moment | null} before
 */
export function plotColumns(moments, before = null) {
  /** @type {Moment[]} */
  const rows = []
  for (const moment of moments) {
    if (before !== null) rows.push(...edges(before, moment))
    rows.push(moment)
    before = moment
  }
  /** @type {Record<string, number[]>} */
  const columns = { at: rows.map((row) => row.at) }
  for (const key of FIGURES) {
    columns[key] = rows.map((row) => row[key])
    columns[`${key}_area`] = columns[key].map((value) => (Number.isNaN(value) ? 0 : value))
  }
  return columns
}

/**
 * Rows that are added where values begin or end, so that an area has a vertical edge there.
 * @param {Moment} before
 * @param {Moment} moment
 */
function edges(before, moment) {
  const gone = FIGURES.filter((key) => Number.isNaN(moment[key]) && !Number.isNaN(before[key]))
  const come = FIGURES.filter((key) => Number.isNaN(before[key]) && !Number.isNaN(moment[key]))
  /**
   * @param {Moment} row
   * @param {string[]} keys
   * @returns {Moment}
   */
  const without = (row, keys) => ({ ...row, ...Object.fromEntries(keys.map((key) => [key, NaN])) })
  return [...(gone.length ? [without(before, gone)] : []), ...(come.length ? [without(moment, come)] : [])]
}

/**
 * Columns x0 and x1: the gaps, from the last moment with frames to the first one that has them again.
 * @param {Moment[]} moments
 */
export function plotGaps(moments) {
  /** @type {{x0: number[], x1: number[]}} */
  const gaps = { x0: [], x1: [] }
  /** @type {Moment | null} */
  let before = null
  for (const moment of moments) {
    if (moment.isAway && !before?.isAway) {
      gaps.x0.push((before ?? moment).at)
      gaps.x1.push(moment.at)
    } else if (moment.isAway || before?.isAway) {
      gaps.x1[gaps.x1.length - 1] = moment.at
    }
    before = moment
  }
  return gaps
}

/** @param {number} offset milliseconds that are added to each time: Bokeh's axes show UTC only */
export function streamHistory(offset) {
  /** @type {Moment[]} */
  const moments = []
  /** @type {number | null} */
  let lost = null
  return {
    moments,
    /**
     * Returns the moments that were added.
     * @param {StreamFacts} facts
     * @param {number} patience seconds without a frame after which there is a gap
     */
    add(facts, patience) {
      const at = 1000 * facts.now + offset
      const last = moments.at(-1)
      if (last?.at === at) return []
      const isAway = facts.age === null || facts.age >= patience
      /** @param {number} figure */
      const value = (figure) => (isAway ? NaN : figure)
      /** @type {Moment} */
      const moment = {
        at, isAway, fps: value(facts.fps), rate: value(facts.bit_rate / 1e6), lag: value(1000 * (facts.lag ?? 0)),
        lost: lost === null ? 0 : facts.lost - lost,
      }
      const isInterrupted = last !== undefined && at - last.at > MAX_SILENCE_MS
      const added = isInterrupted ? [{ at: last.at + 1, fps: NaN, rate: NaN, lag: NaN, lost: NaN }, moment] : [moment]
      lost = facts.lost
      moments.push(...added)
      moments.splice(0, moments.length - MAX_MOMENTS)
      return added
    },
  }
}
