// What is typed into the form of a plan, as values: the plan that they mean, and what is wrong with them.

import { detailsProblem, filledDetails } from "../live/recording_details.js"
import { parseDegrees } from "./place_fields.js"
import { minutesOf, parseLength, parseTime } from "./typed_time.js"
import { DAY_MS, WEEKDAYS, startOfDay, weekdayOf } from "./wall_time.js"

/** @import { PlanRule, SunStart } from "../wire.js" */
/** @import { Detail } from "../live/recording_details.js" */
/** @typedef {"range" | "length" | "sun" | "always"} HoursKind */
/**
 * @typedef {object} PlanEntry
 * @property {string[]} cameras
 * @property {string[]} days
 * @property {HoursKind} hours
 * @property {string} from
 * @property {string} to
 * @property {string} length
 * @property {"sunrise" | "sunset"} sun
 * @property {-1 | 1} side before or after the sun's time
 * @property {string} offset
 * @property {boolean} limited whether the plan has a last day
 * @property {string} until
 * @property {string} latitude
 * @property {string} longitude
 * @property {Detail[]} details
 * @property {string} name what the videos are called; empty: as before, or as the camera is
 */
/** @typedef {Record<string, unknown>} PlanChanges null removes a field */
/** @typedef {Record<string, string>} EntryProblems by field: the key of the text that says what is wrong */

const HOUR = 3600
const MINUTE = 60
const DAY_S = 86_400
const MAX_OFFSET_S = 43_200

export const HOURS_KINDS = /** @type {HoursKind[]} */ (["range", "length", "sun", "always"])

/**
 * The entries of a new plan.
 * @param {string[]} cameras those that are chosen
 * @returns {PlanEntry}
 */
export const newEntry = (cameras) => ({
  cameras, days: WEEKDAYS.slice(0, 5), hours: "range", from: "08:00", to: "18:00", length: "2 h",
  sun: "sunrise", side: -1, offset: "30 min", limited: false, until: "", latitude: "", longitude: "", details: [], name: "",
})

/**
 * The entries that mean `plan`.
 * @param {PlanRule} plan
 * @returns {PlanEntry}
 */
export function entryOf(plan) {
  const entry = newEntry([...plan.cameras])
  if (plan.until !== undefined) Object.assign(entry, { limited: true, until: plan.until })
  entry.details = Object.entries(plan.details ?? {}).map(([name, value]) => ({ name, value }))
  if (plan.always) return { ...entry, hours: "always" }
  entry.days = [...(plan.days ?? [])]
  if (plan.duration !== undefined) Object.assign(entry, { hours: "length", length: typedLength(plan.duration) })
  if (typeof plan.start === "string") return { ...entry, from: plan.start, to: plan.end ?? entry.to }
  if (plan.duration === undefined) entry.length = ""
  const { sun, offset } = /** @type {SunStart} */ (plan.start)
  return { ...entry, hours: "sun", sun, side: offset < 0 ? -1 : 1, offset: offset === 0 ? "0" : typedLength(Math.abs(offset)) }
}

/** @param {number} seconds */
function typedLength(seconds) {
  const parts = [[Math.floor(seconds / HOUR), "h"], [Math.floor((seconds % HOUR) / MINUTE), "min"], [seconds % MINUTE, "s"]]
  return parts.filter(([count]) => count !== 0).map((each) => each.join(" ")).join(" ")
}

/**
 * The fields of the plan, or the problems. A sun plan that ends at a time of day keeps its end (`kept`).
 * @param {PlanEntry} entry
 * @param {PlanRule | null} kept the plan that is changed
 * @param {string} today such as "2026-11-25"
 * @returns {{changes: PlanChanges, problems: EntryProblems}}
 */
export function readEntry(entry, kept = null, today = "") {
  /** @type {PlanChanges} */
  const changes = { cameras: entry.cameras, days: null, start: null, end: null, duration: null, always: null, until: null, details: null }
  /** @type {EntryProblems} */
  const problems = {}
  if (entry.cameras.length === 0) problems.cameras = "plan_page.no_camera_chosen"
  if (entry.hours === "always") changes.always = true
  else readHours(entry, kept, changes, problems)
  if (entry.limited && Number.isNaN(Date.parse(entry.until))) problems.until = "plan_page.bad_date"
  else if (entry.limited && entry.until < today && entry.until !== kept?.until) problems.until = "plan_page.until_over"
  else if (entry.limited) changes.until = entry.until
  const details = filledDetails(entry.details)
  const wrong = detailsProblem(details)
  if (wrong !== null) problems.details = wrong
  if (entry.name !== "") changes.name = entry.name
  if (details.length > 0) changes.details = Object.fromEntries(details.map(({ name, value }) => [name, value]))
  return { changes, problems }
}

/**
 * @param {PlanEntry} entry
 * @param {PlanRule | null} kept
 * @param {PlanChanges} changes
 * @param {EntryProblems} problems
 */
function readHours(entry, kept, changes, problems) {
  if (entry.days.length === 0) problems.days = "plan_page.no_day_chosen"
  changes.days = WEEKDAYS.filter((each) => entry.days.includes(each))
  if (entry.hours === "sun") readSun(entry, changes, problems)
  else {
    changes.start = parseTime(entry.from)
    if (changes.start === null) problems.from = "plan_page.bad_time"
  }
  if (entry.hours === "range") {
    changes.end = parseTime(entry.to)
    if (changes.end === null) problems.to = "plan_page.bad_time"
    else if (changes.end === changes.start) problems.to = "plan_page.same_time"
    return
  }
  if (entry.hours === "sun" && kept !== null && kept.duration === undefined && kept.end !== undefined && entry.length === "") {
    changes.end = kept.end
    return
  }
  changes.duration = readLength(entry.length)
  if (changes.duration === null) problems.length = "plan_page.bad_length"
}

/** @param {string} text */
function readLength(text) {
  const seconds = parseLength(text, HOUR)
  return seconds !== null && seconds >= 1 && seconds <= DAY_S ? seconds : null
}

/**
 * @param {PlanEntry} entry
 * @param {PlanChanges} changes
 * @param {EntryProblems} problems
 */
function readSun(entry, changes, problems) {
  const offset = parseLength(entry.offset, MINUTE)
  if (offset === null || offset > MAX_OFFSET_S) problems.offset = "plan_page.bad_offset"
  else changes.start = { sun: entry.sun, offset: offset === 0 ? 0 : entry.side * offset }
}

/**
 * The place that was typed, if the plan goes by the sun and it is another one than `known`; else an empty list.
 * @param {PlanEntry} entry
 * @param {number[]} known of the settings; empty: none
 * @returns {{place: number[], problems: EntryProblems}}
 */
export function readPlace(entry, known) {
  if (entry.hours !== "sun") return { place: [], problems: {} }
  const place = [parseDegrees(entry.latitude, 90), parseDegrees(entry.longitude, 180)]
  /** @type {EntryProblems} */
  const problems = {}
  if (Number.isNaN(place[0])) problems.latitude = "plan_page.bad_latitude"
  if (Number.isNaN(place[1])) problems.longitude = "plan_page.bad_longitude"
  const isKnown = place.every((each, number) => each === known[number])
  return { place: isKnown || Object.keys(problems).length > 0 ? [] : place, problems }
}

/**
 * The plan as a whole, without the fields that it does not use.
 * @param {PlanChanges} changes
 */
export function planOf(changes) {
  const used = Object.entries(changes).filter(([, value]) => value !== null)
  return /** @type {PlanRule} */ ({ ...Object.fromEntries(used), enabled: true })
}

/**
 * Whether a plan records once a week, so that nothing of it is "a day".
 * @param {PlanRule} plan
 */
export const isOneDay = ({ days }) => days?.length === 1

/**
 * How long a plan records on a day, in seconds; null: by the sun.
 * @param {PlanRule} plan
 */
export function secondsADay(plan) {
  if (plan.always) return DAY_S
  if (plan.duration !== undefined) return plan.duration
  if (typeof plan.start !== "string" || plan.end === undefined) return null
  const minutes = minutesOf(plan.end) - minutesOf(plan.start)
  return (minutes > 0 ? minutes : minutes + 24 * 60) * MINUTE
}

/**
 * When a plan that is made now records first: its start, and whether it has begun; null: not within a week, or by the sun.
 * @param {PlanRule} plan
 * @param {number} now
 */
export function firstTime(plan, now) {
  if (plan.always) return { start: now, end: null, isNow: true }
  const seconds = secondsADay(plan)
  if (seconds === null || typeof plan.start !== "string") return null
  // It may have begun yesterday.
  for (let ahead = -1; ahead <= WEEKDAYS.length; ahead += 1) {
    const day = startOfDay(now) + ahead * DAY_MS
    const start = day + minutesOf(plan.start) * MINUTE * 1000
    const end = start + seconds * 1000
    if (end <= now || !(plan.days ?? []).includes(WEEKDAYS[weekdayOf(day)])) continue
    if (plan.until !== undefined && day > Date.parse(plan.until)) return null
    return { start, end, isNow: start <= now }
  }
  return null
}
