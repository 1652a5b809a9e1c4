// The lines above the page. On every view: camrec does not answer. Above the cameras: no more can be opened, and on a
// narrow screen the button that records all of them. When camrec answers again, the page is loaded again: after a
// restart camrec no longer knows it.

import { onConnectionLost } from "../compat/bokeh.js"
import { button, fill, h } from "../kit/base.js"
import { CONNECTION_LOST, OFFER_RECORD_ALL, OPEN_SETTINGS } from "../kit/events.js"
import { icon } from "../kit/icons.js"
import { lifetime } from "../kit/lifetime.js"
import { createLocale } from "../kit/locale.js"
import { currentRoute, serverUrl } from "../kit/route.js"

/** @import { IconName } from "../kit/icons.js" */
/** @import { RenderArguments } from "../wire.js" */

const MIN_PAUSE_MS = 1000
const MAX_PAUSE_MS = 2000

/** @param {RenderArguments<{full: boolean, open: number, most: number, recordable: number}>} _ */
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
    const locale = createLocale(model.texts)
    const showsCameras = currentRoute().view === "live"
    fill(box,
      isCutOff ? line("warning", "cut", "", locale.t("page.cut_off")) : null,
      showsCameras && model.full
        ? line("video", "full", locale.t("page.open_of", { count: model.open, most: model.most }), locale.t("page.full_text"),
          button({ label: locale.t("page.settings"), on: () => dispatchEvent(new CustomEvent(OPEN_SETTINGS)) }))
        : null,
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
  life.watch(["texts", "full", "open", "most", "recordable"], draw)
  life.onRoute(draw)
  draw()
  return box
}
