// What was chosen for the next recording of a camera, or of all cameras, besides its length: a name, a begin and details.

import { detailsProblem, filledDetails, keepDetails, keptDetails } from "./recording_details.js"
import { firstStart, startMoment } from "./recording_start.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { Detail } from "./recording_details.js" */
/** @typedef {ReturnType<typeof recordingChoice>} Choice */

const MAX_START_AHEAD_MS = 31 * 86_400_000

/**
 * @param {string} owner a session, or "all"
 * @param {() => number} now
 * @param {() => Locale} locale
 */
export function recordingChoice(owner, now, locale) {
  /** @type {Detail[] | null} */
  let details = null // null: not asked for yet
  const usualNames = () => ["subject", "condition"].map((each) => locale().t(`page.detail_${each}`))
  const choice = {
    name: "",
    start: firstStart(now()),
    keepsValues: true,
    details: () => (details ??= keptDetails(owner, usualNames())),
    /** @param {Detail[]} changed */
    setDetails(changed) {
      details = changed
      keepDetails(owner, changed, choice.keepsValues)
    },
    /** `problem` is the key of a text. */
    read() {
      const name = choice.name.trim()
      const startsAt = startMoment(choice.start)
      const filled = filledDetails(choice.details())
      const said = [name, ...filled.map(({ value }) => value)].filter(Boolean).join(" · ")
      return { startsAt, name, details: filled, said, problem: startProblem(startsAt, now()) ?? detailsProblem(filled) }
    },
    /** The next recording is another one: only its details may be the same. */
    reset() {
      choice.name = ""
      choice.start = firstStart(now())
      choice.setDetails(choice.details())
      details = null
    },
  }
  return choice
}

/**
 * @param {number | null} startsAt
 * @param {number} now
 */
function startProblem(startsAt, now) {
  if (startsAt === null) return null
  if (Number.isNaN(startsAt)) return "page.bad_time"
  if (startsAt <= now) return "page.time_is_over"
  return startsAt > now + MAX_START_AHEAD_MS ? "page.time_too_far" : null
}
