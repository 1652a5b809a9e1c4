// How a camera did while this page looked, five minutes of it: Bokeh's plots (plots.py) in a dialog. The
// dashboard's come from the server, which also knows what was when nobody looked.

const MOST = 300 // moments, one a second
const HOLE = 3000 // ms without a word, as out of sight: no line goes across
const EAST = -60_000 * new Date().getTimezoneOffset() // ms; Bokeh's axes know UTC only

/** `hear()` with each of the stream's facts; `open(host, name, file)`: file() fetches the plots as JSON. */
function plotsOf(tile) {
  const { live } = tile
  const moments = []
  let lost = null
  let plots = null // Bokeh's document while they are shown

  const SHOWN = ["fps", "rate", "lag", "lost"]

  /** As columns() of plots.py makes them: an area goes down to nothing where there is no value. */
  function columns(of, before = null) {
    const rows = []
    for (const each of of) {
      const [gone, come] = before === null ? [[], []] : [
        SHOWN.filter((key) => Number.isNaN(each[key]) && !Number.isNaN(before[key])),
        SHOWN.filter((key) => Number.isNaN(before[key]) && !Number.isNaN(each[key])),
      ]
      const without = (row, keys) => ({ ...row, ...Object.fromEntries(keys.map((key) => [key, NaN])) })
      if (gone.length) rows.push(without(before, gone))
      if (come.length) rows.push(without(each, come))
      rows.push(each)
      before = each
    }
    const made = { at: rows.map((row) => row.at) }
    for (const key of SHOWN) {
      made[key] = rows.map((row) => row[key])
      made[`${key}_area`] = made[key].map((value) => (Number.isNaN(value) ? 0 : value))
    }
    return made
  }

  function hear() {
    const { now, fps, bit_rate, lag, age, lost: all } = live.facts
    const at = 1000 * now + EAST
    const last = moments.at(-1)
    if (last?.at === at) return
    const away = age === null || age >= live.patience()
    const value = (number) => (away ? NaN : number)
    const fresh = [{ at, away, fps: value(fps), rate: value(bit_rate / 1e6), lag: value(1000 * lag), lost: lost === null ? 0 : all - lost }]
    if (last && at - last.at > HOLE) fresh.unshift({ at: last.at + 1, fps: NaN, rate: NaN, lag: NaN, lost: NaN })
    lost = all
    moments.push(...fresh)
    moments.splice(0, moments.length - MOST)
    if (plots === null) return
    plots.get_model_by_name("moments").stream(columns(fresh, last ?? null), MOST)
    tell()
  }

  /** The titles with what is so now, the gaps, and the minutes that are in sight. */
  function tell() {
    const { say } = tile
    const last = moments.at(-1)
    const shown = { fps: "page.plot_fps", rate: "page.plot_rate", lag: "page.plot_lag_here", lost: "page.plot_lost" }
    for (const [key, text] of Object.entries(shown)) {
      const value = last === undefined || Number.isNaN(last[key]) ? say.t("page.plot_nothing") : say.number(last[key], key === "fps" || key === "rate" ? 1 : 0)
      plots.get_model_by_name(key).title.text = say.t(text, { value })
    }
    const end = last?.at ?? Date.now() + EAST
    plots.get_model_by_name("minutes").setv({ start: end - 1000 * MOST, end })
    plots.get_model_by_name("gaps").data = gaps()
  }

  /** From the last moment with pictures to the first with them again. */
  function gaps() {
    const found = { x0: [], x1: [] }
    let before = null
    for (const each of moments) {
      if (each.away && !before?.away) found.x0.push((before ?? each).at)
      if (each.away && !before?.away) found.x1.push(each.at)
      else if (each.away || before?.away) found.x1[found.x1.length - 1] = each.at
      before = each
    }
    return found
  }

  async function open(host, name, file) {
    const { say } = tile
    const title = say.t("page.statistics_of", { name })
    const place = h("div", {})
    const box = dialog(host, { class: "plots", "aria-label": title },
      h("header", { class: "plots-head" }, h("h2", {}, title), iconButton("close", say.t("page.statistics_close"), () => box.close(), { autofocus: true })),
      place)
    const item = await file().catch(() => null)
    if (item === null) return void fill(place, h("p", { role: "alert" }, say.t("page.no_link")))
    const views = await Bokeh.embed.embed_item(item, place)
    const shown = views.roots[0].model.document
    const end = () => {
      if (plots === shown) plots = null
      views.clear()
      shown.clear()
      Bokeh.documents.splice(Bokeh.documents.indexOf(shown), 1)
    }
    if (!box.open) return end()
    box.addEventListener("close", end)
    plots = shown
    plots.get_model_by_name("moments").data = columns(moments)
    tell()
  }

  return { hear, open }
}
