// The scheduled recordings of a camera, below its controls: start, duration, and a button that cancels.

import { button, fill, h } from "../kit/base.js"
import { icon } from "../kit/icons.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { ScheduledRecording } from "../wire.js" */
/** @import { CameraModel } from "./camera_model.js" */

const MAX_SHOWN = 2 // lines that are visible; the others are folded away

/**
 * How long a recording is planned to be: "for 10 min", "until you stop it".
 * @param {Locale} locale
 * @param {{duration: number | null}} recording
 */
export const plannedLength = (locale, { duration }) =>
  locale.t(duration === null ? "page.until_stopped" : "page.for_length", { length: locale.length(duration ?? 0) })

/**
 * "at 14:00", "tomorrow at 14:00", "on Saturday 5 December at 14:00".
 * @param {Locale} locale
 * @param {number} moment
 * @param {number} now
 */
export function startTime(locale, moment, now) {
  const time = locale.minute(moment)
  const midnight = new Date(now)
  midnight.setHours(24, 0, 0, 0)
  if (moment < midnight.getTime()) return locale.t("page.at_time", { time })
  midnight.setHours(24)
  if (moment < midnight.getTime()) return locale.t("page.tomorrow_at", { time })
  const day = locale.day(moment)
  const inSentence = locale.language === "fr" ? day.charAt(0).toLowerCase() + day.slice(1) : day
  return locale.t("page.on_day_at", { day: inSentence, time })
}

/**
 * @param {CameraModel} camera
 * @param {HTMLElement} element
 */
export function drawScheduled(camera, element) {
  const { locale } = camera
  const { scheduled } = camera.model.session
  /** @param {ScheduledRecording} recording */
  const line = ({ recording_id, starts_at, duration }) => {
    const when = startTime(locale, starts_at, camera.now())
    return h("li", {}, icon("clock", 18),
      h("span", { class: "figures" }, locale.t("page.records_at", { when, length: plannedLength(locale, { duration }) })),
      button({
        label: locale.t("page.cancel"), kind: "link", "aria-label": locale.t("page.cancel_scheduled", { when }),
        on: () => camera.ask("cancel", { recording_id }),
      }))
  }
  const folded = scheduled.slice(MAX_SHOWN)
  fill(element,
    scheduled.length ? h("ul", {}, scheduled.slice(0, MAX_SHOWN).map(line)) : null,
    folded.length ? h("details", {}, h("summary", {}, locale.t("page.more_scheduled", { count: folded.length })), h("ul", {}, folded.map(line))) : null)
  element.hidden = scheduled.length === 0
}
