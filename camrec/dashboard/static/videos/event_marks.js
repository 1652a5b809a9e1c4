// The row of events above the player's timeline: a diamond each, and a bar for its length.

import { fill, h } from "../kit/base.js"
import { eventText, eventTime } from "./event_list.js"
import { recordedLength } from "./video_format.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { PlayedVideo } from "../wire.js" */
/** @import { VideoEvents } from "./video_events.js" */

/**
 * @param {Locale} locale
 * @param {PlayedVideo} video
 * @param {VideoEvents} events
 * @param {(second: number) => void} seek
 */
export function eventMarks(locale, video, events, seek) {
  const length = recordedLength(video)
  const element = h("div", { class: "event-row", hidden: true })
  /** @param {number} seconds */
  const share = (seconds) => `${(100 * Math.min(seconds / length, 1)).toFixed(3)}%`

  return {
    element,
    draw() {
      element.hidden = events.list.length === 0
      fill(element, events.list.map((event) => {
        const title = `${eventTime(locale, event)} ${eventText(locale, event)}`
        return [
          event.end_second ? h("i", { class: "lasts", style: { left: share(event.second), width: share(Math.min(event.end_second, length) - event.second) } }) : null,
          // The list has the same by keyboard.
          h("button", {
            type: "button", class: "diamond", tabindex: -1, title, "aria-label": title, style: { left: share(event.second) },
            on: { click: () => seek(event.second) },
          }, h("i")),
        ]
      }))
    },
  }
}
