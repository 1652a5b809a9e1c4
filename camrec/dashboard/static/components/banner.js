// The lines above the page. On every view: camrec does not answer. Above the cameras: no more can be opened, and on a
// narrow screen the button that records all of them; and the recordings that are scheduled for cameras that are closed.
// When camrec answers again, the page is loaded again: after a restart camrec no longer knows it.

import { onConnectionLost } from "../compat/bokeh.js"
import { button, fill, focusBeside, h } from "../kit/base.js"
import { CONNECTION_LOST, OFFER_RECORD_ALL, OPEN_SETTINGS } from "../kit/events.js"
import { icon } from "../kit/icons.js"
import { focusKey, keepingFocus } from "../kit/keeping_focus.js"
import { lifetime } from "../kit/lifetime.js"
import { createLocale } from "../kit/locale.js"
import { onNewDay } from "../kit/new_day.js"
import { currentRoute, serverUrl } from "../kit/route.js"
import { plannedLength, startTime } from "../live/scheduled_recordings.js"

/** @import { IconName } from "../kit/icons.js" */
/** @import { Locale } from "../kit/locale.js" */
/** @import { AwaitedRecording, RenderArguments } from "../wire.js" */

const MIN_PAUSE_MS = 1000
const MAX_PAUSE_MS = 2000
const MAX_AWAITED = 3 // the others are on the page with the plans

/** @param {RenderArguments<{full: boolean, open: number, most: number, recordable: number, awaited: AwaitedRecording[]}>} _ */
export function render({ model, view }) {
  const life = lifetime(model, view)
  const box = h("div", { class: "notices" })
  let isCutOff = false
  let pause = MIN_PAUSE_MS
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer

  /**
   * @param {IconName} name
   * @param {string} kind
   * @param {string} title
   * @param {string} text
   * @param {HTMLElement | null} action
   */
  const line = (name, kind, title, text, action = null) =>
    h("div", { class: `line card ${kind}` }, icon(name),
      h("p", { role: "status" }, title ? h("b", {}, title, " ") : null, h("span", {}, text)), action)

  function draw() {
    const hadFocus = focusBeside(box) !== null
    keepingFocus(box, drawLines)
    if (hadFocus && focusBeside(box) === null) focusKey(box, () => true)
  }

  function drawLines() {
    const locale = createLocale(model.texts)
    const showsCameras = currentRoute().view === "live"
    fill(box,
      isCutOff ? line("warning", "cut", "", locale.t("page.cut_off")) : null,
      showsCameras && model.full
        ? line("video", "full", locale.t("page.open_of", { count: model.open, most: model.most }), locale.t("page.full_text"),
          button({ label: locale.t("page.settings"), on: () => dispatchEvent(new CustomEvent(OPEN_SETTINGS)) }))
        : null,
      showsCameras && awaitedLines(locale, model.awaited, (recording) => model.send_msg({ do: "cancel", recording_id: recording })),
      showsCameras && model.open > 1
        ? button({
          label: locale.t("page.record_all"), class: "all", disabled: model.recordable === 0,
          on: () => dispatchEvent(new Event(OFFER_RECORD_ALL)),
        })
        : null)
    box.hidden = box.childElementCount === 0
    box.classList.toggle("narrow-only", box.querySelector(".line") === null)
  }

  async function reloadWhenAnswered() {
    try {
      await fetch(serverUrl("health", model.base), { cache: "no-store" })
      location.reload()
    } catch {
      timer = setTimeout(reloadWhenAnswered, pause)
      pause = Math.min(pause * 1.5, MAX_PAUSE_MS)
    }
  }

  onConnectionLost(view.model.document, () => {
    if (isCutOff) return
    isCutOff = true
    dispatchEvent(new Event(CONNECTION_LOST))
    draw()
    timer = setTimeout(reloadWhenAnswered, pause)
  })
  life.add(() => clearTimeout(timer))
  life.watch(["texts", "full", "open", "most", "recordable", "awaited"], draw)
  onNewDay(life, draw)
  life.onRoute(draw)
  draw()
  return box
}

/**
 * The recordings that are scheduled for cameras that are closed, each with a button that cancels it.
 * @param {Locale} locale
 * @param {AwaitedRecording[]} awaited
 * @param {(recordingId: string) => void} cancel
 */
function awaitedLines(locale, awaited, cancel) {
  if (awaited.length === 0) return null
  return h("ul", { class: "line card awaited" },
    awaited.slice(0, MAX_AWAITED).map((recording) => {
      const when = startTime(locale, recording.starts_at, Date.now())
      return h("li", {}, icon("clock"),
        h("p", { class: "figures" }, h("b", {}, recording.name), h("br"), locale.t("page.records_at", { when, length: plannedLength(locale, recording) }),
          ". ", h("span", {}, locale.t("page.camera_opens"))),
        button({
          label: locale.t("page.cancel"), kind: "link", "aria-label": locale.t("page.cancel_of", { name: recording.name, when }),
          on: () => cancel(recording.recording_id), "data-key": `cancel ${recording.recording_id}`,
        }))
    }),
    awaited.length > MAX_AWAITED && h("li", {}, h("a", { class: "button link", href: "#plans" }, locale.t("page.more_scheduled", { count: awaited.length - MAX_AWAITED }))))
}
