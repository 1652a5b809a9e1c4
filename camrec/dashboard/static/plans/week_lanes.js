// The week as lanes: where the bars of each day are. Times as in wall_time.js.

import { DAY_MS } from "./wall_time.js"

/** @import { PlanOccurrence } from "../wire.js" */
/**
 * @typedef {object} Bar
 * @property {PlanOccurrence} occurrence
 * @property {number} from share of the day, 0 to 1
 * @property {number} to
 * @property {number} row
 * @property {number} lacking share of the bar that is over and was not recorded, at its start
 * @property {{from: number, to: number}[]} gaps shares of the bar without frames, after its start
 * @property {number} kept share of the bar after which a person stopped it; 1: nobody did
 */
/** @typedef {{day: number, rows: number, bars: Bar[]}} Lane */

export const WEEK_DAYS = 7
const MIN_SHARE = 0.006 // as wide as the narrowest bar: nothing else may be under it

/**
 * The seven days from `first` on. What goes on after midnight has a bar on both days; bars are in as few rows as fit.
 * @param {PlanOccurrence[]} occurrences
 * @param {number} first the start of the first day
 * @returns {Lane[]}
 */
export function weekLanes(occurrences, first) {
  return Array.from({ length: WEEK_DAYS }, (_, number) => lane(occurrences, first + number * DAY_MS))
}

/** @param {PlanOccurrence} occurrence */
export const endOf = ({ ends_at: end }) => end ?? Infinity

/**
 * @param {PlanOccurrence[]} occurrences
 * @param {number} day
 */
function lane(occurrences, day) {
  const shown = occurrences.filter((each) => isOn(each, day))
  shown.sort((a, b) => a.starts_at - b.starts_at || endOf(a) - endOf(b))
  /** @type {number[]} */
  const ends = [] // of the last bar in each row
  const bars = shown.map((occurrence) => {
    const from = Math.max(0, (occurrence.starts_at - day) / DAY_MS)
    const to = Math.min(1, (endOf(occurrence) - day) / DAY_MS)
    const free = ends.findIndex((end) => end <= from)
    const row = free < 0 ? ends.length : free
    ends[row] = Math.max(to, from + MIN_SHARE)
    const [start, end] = [day + from * DAY_MS, day + to * DAY_MS]
    return {
      occurrence, from, to, row, lacking: lackingShare(occurrence, start, end), gaps: gapShares(occurrence, start, end),
      kept: occurrence.stopped_at === null ? 1 : shareOf(occurrence.stopped_at, start, end),
    }
  })
  return { day, rows: Math.max(1, ends.length), bars }
}

/**
 * @param {PlanOccurrence} occurrence
 * @param {number} start of the bar
 * @param {number} end
 */
function lackingShare({ began_at: began }, start, end) {
  return began === null || end <= start ? 0 : Math.min(1, Math.max(0, (began - start) / (end - start)))
}

/**
 * @param {number} moment
 * @param {number} start of the bar
 * @param {number} end
 */
const shareOf = (moment, start, end) => (end <= start ? 1 : Math.min(1, Math.max(0, (moment - start) / (end - start))))

/**
 * @param {PlanOccurrence} occurrence
 * @param {number} start of the bar
 * @param {number} end
 */
function gapShares({ lacking }, start, end) {
  const shares = lacking.map(([from, to]) => ({ from: shareOf(from, start, end), to: shareOf(to, start, end) }))
  return shares.filter(({ from, to }) => to > from)
}

/**
 * Whether an occurrence is shown on a day. One that has no time, such as a sunrise that is none, is on its day.
 * @param {PlanOccurrence} occurrence
 * @param {number} day
 */
function isOn(occurrence, day) {
  const start = occurrence.starts_at
  const end = endOf(occurrence)
  return start < day + DAY_MS && (end > day || (start === end && start === day))
}

/**
 * The bar that a press at `share` of the day means: the one under it, else the nearest within `reach`.
 * @param {Bar[]} bars
 * @param {number} share
 * @param {number} reach
 * @returns {Bar | null}
 */
export function nearestBar(bars, share, reach) {
  const distance = (/** @type {Bar} */ { from, to }) => Math.max(from - share, share - to, 0)
  const [nearest] = [...bars].sort((a, b) => distance(a) - distance(b))
  return nearest !== undefined && distance(nearest) <= reach ? nearest : null
}

/**
 * The bar that an arrow key leads to, in the order of the days; null: there is none.
 * @param {Lane[]} lanes
 * @param {Bar} bar
 * @param {string} key
 * @returns {Bar | null}
 */
export function barAfterKey(lanes, bar, key) {
  const all = lanes.flatMap((each) => each.bars)
  if (key === "Home") return all[0]
  if (key === "End") return all[all.length - 1]
  if (key === "ArrowRight" || key === "ArrowLeft") return all[all.indexOf(bar) + (key === "ArrowRight" ? 1 : -1)] ?? null
  if (key !== "ArrowUp" && key !== "ArrowDown") return null
  const step = key === "ArrowDown" ? 1 : -1
  const middle = (bar.from + bar.to) / 2
  let number = lanes.findIndex((each) => each.bars.includes(bar)) + step
  while (lanes[number] && lanes[number].bars.length === 0) number += step
  return lanes[number] ? nearestBar(lanes[number].bars, middle, 1) : null
}
