// The plots of a camera in a dialog of a notebook's cell: Bokeh's (plots.py), with the figures since the cell was
// opened. The dashboard's plots come from the server, which has the figures from before, too.

import { embedPlots } from "../compat/bokeh.js"
import { dialog, fill, h } from "../kit/base.js"
import { plotsHeaderContent } from "./plots_header.js"
import { FIGURES, MAX_MOMENTS, plotColumns, plotGaps, streamHistory } from "./stream_history.js"

/** @import { CameraModel } from "./camera_model.js" */

const TIMEZONE_MS = -60_000 * new Date().getTimezoneOffset()
const TITLES = { fps: "page.plot_fps", rate: "page.plot_rate", lag: "page.plot_lag_here", lost: "page.plot_lost" }
const DECIMALS = { fps: 1, rate: 1, lag: 0, lost: 0 }

/** @param {CameraModel<any>} camera */
export function plotsDialog(camera) {
  const { live } = camera
  const history = streamHistory(TIMEZONE_MS)
  const { moments } = history
  /** @type {BokehDocument | null} */
  let plots = null // while they are shown

  /** Update the titles with the latest values, the gaps, and the time that is shown. */
  function update() {
    if (plots === null) return
    const { locale } = camera
    const last = moments.at(-1)
    for (const key of FIGURES) {
      const isKnown = last !== undefined && !Number.isNaN(last[key])
      const value = isKnown ? locale.number(last[key], DECIMALS[key]) : locale.t("page.plot_nothing")
      plots.get_model_by_name(key).title.text = locale.t(TITLES[key], { value })
    }
    const end = last?.at ?? Date.now() + TIMEZONE_MS
    plots.get_model_by_name("minutes").setv({ start: end - 1000 * MAX_MOMENTS, end })
    plots.get_model_by_name("gaps").data = plotGaps(moments)
  }

  /** To be called when the stream's facts arrive. */
  function learn() {
    const facts = live.facts()
    if (facts === null) return
    const before = moments.at(-1) ?? null
    const added = history.add(facts, live.patience())
    if (plots === null || added.length === 0) return
    plots.get_model_by_name("moments").stream(plotColumns(added, before), MAX_MOMENTS)
    update()
  }

  /**
   * @param {HTMLElement} host
   * @param {string} name the camera's
   * @param {() => Promise<unknown>} fetchPlots
   */
  async function open(host, name, fetchPlots) {
    const { locale } = camera
    const title = locale.t("page.statistics_of", { name })
    const place = h("div")
    const box = dialog(host, { class: "plots", "aria-label": title },
      h("header", { class: "plots-head" }, plotsHeaderContent(locale, title, () => box.close())),
      place)
    const item = await fetchPlots().catch(() => null)
    if (item === null) return void fill(place, h("p", { role: "alert" }, locale.t("page.no_link")))
    const { document: shown, remove } = await embedPlots(item, place)
    const end = () => {
      if (plots === shown) plots = null
      remove()
    }
    if (!box.open) return end()
    box.addEventListener("close", end)
    plots = shown
    plots.get_model_by_name("moments").data = plotColumns(moments)
    update()
  }

  return { learn, open }
}
