// The form of a plan, filled in with what was chosen for one recording of a camera.

import { exactLength } from "./plan_words.js"
import { WEEKDAYS, wallMinute } from "./wall_time.js"

/** @import { Detail } from "../live/recording_details.js" */
/** @import { PlanEntry } from "./plan_entry.js" */
/**
 * What was chosen. `startsAt`: milliseconds since 1970; `seconds`: null: until it is stopped.
 * @typedef {{cameraId: string, startsAt: number, seconds: number | null, name: string, details: Detail[]}} PlannedCamera
 */

/**
 * @param {PlannedCamera} choice
 * @param {number} utcOffset minutes by which the clocks of plans are ahead of UTC
 * @returns {Partial<PlanEntry>}
 */
export function entryFor({ cameraId, startsAt, seconds, name, details }, utcOffset) {
  return {
    cameras: [cameraId], days: [...WEEKDAYS], hours: seconds === null ? "always" : "length", from: wallMinute(startsAt + utcOffset * 60_000),
    length: exactLength(seconds ?? 3600), name, details: details.map((each) => ({ ...each })),
  }
}
