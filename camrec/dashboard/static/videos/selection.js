// The selected videos, and the bar with the actions on them.

import { button, fill, focusBeside, h, iconButton } from "../kit/base.js"
import { serverUrl, urlPart } from "../kit/route.js"
import { downloadUrl } from "./video_format.js"

/** @import { IconName } from "../kit/icons.js" */
/** @import { Locale } from "../kit/locale.js" */
/** @import { Model, Video } from "../wire.js" */
/** @typedef {ReturnType<typeof selection>} Selection */

/**
 * @typedef {object} SelectionList
 * @property {() => string[]} shown the file names in the order on the page
 * @property {(filename: string) => Video} video
 * @property {(videos: Video[]) => void} ask before they are deleted
 * @property {(videos: Video[], locked: boolean) => void} lock
 * @property {() => void} changed called with each change
 */

const MAX_QUERY_LENGTH = 30_000 // characters of a ZIP's address; camrec accepts 65 536, and browsers more

/**
 * The queries of as few ZIPs as possible for all files: an address has only so much space for names.
 * @param {string[]} filenames
 * @param {number} maxLength of a query
 */
export function archiveQueries(filenames, maxLength = MAX_QUERY_LENGTH) {
  const queries = []
  let query = ""
  for (const filename of filenames) {
    const argument = `video=${urlPart(filename)}`
    if (query.length + argument.length > maxLength) {
      queries.push(query)
      query = ""
    }
    query += (query && "&") + argument
  }
  return [...queries, query]
}

/**
 * @param {Model} model
 * @param {Locale} initialLocale
 * @param {SelectionList} list
 */
export function selection(model, initialLocale, { shown, video, ask, lock, changed }) {
  /** @type {Set<string>} */
  const selected = new Set()
  const bar = h("div", { class: "picked", role: "group", hidden: true })
  let anchor = "" // where a range starts
  let locale = initialLocale
  let problem = ""

  const videos = () => [...selected].map(video)

  /** @param {string} text */
  function showProblem(text) {
    problem = text
    changed()
    draw()
  }

  /**
   * Select one video, or with `range` all from the last one.
   * @param {string} filename
   * @param {boolean} on
   * @param {boolean} range
   */
  function select(filename, on, range = false) {
    const names = shown()
    const [from, to] = [names.indexOf(anchor), names.indexOf(filename)]
    const isRange = range && from >= 0 && to >= 0
    for (const each of isRange ? names.slice(Math.min(from, to), Math.max(from, to) + 1) : [filename]) {
      if (on) selected.add(each)
      else selected.delete(each)
    }
    anchor = filename
    showProblem("")
  }

  function selectAll() {
    for (const each of shown()) selected.add(each)
    showProblem("")
  }

  function clear() {
    selected.clear()
    showProblem("")
  }

  function draw(inLocale = locale) {
    locale = inLocale
    bar.hidden = selected.size === 0
    if (selected.size === 0) return void fill(bar)
    const focused = [...bar.querySelectorAll("button")].findIndex((each) => each === focusBeside(bar))
    bar.setAttribute("aria-label", locale.t("videos.picked_group"))
    fill(bar, barContent(locale, videos(), { model, total: shown().length, problem, selectAll, clear, ask, lock }))
    if (focused >= 0) bar.querySelectorAll("button")[Math.min(focused, bar.querySelectorAll("button").length - 1)].focus()
  }

  return {
    bar, select, selectAll, clear, videos, draw, showProblem,
    /** @param {string} filename */
    has: (filename) => selected.has(filename),
    size: () => selected.size,
    /**
     * Videos that are gone are no longer selected.
     * @param {string[]} filenames
     */
    remove(filenames) {
      let isChanged = false
      for (const each of filenames) isChanged = selected.delete(each) || isChanged
      if (isChanged) changed()
      draw()
    },
  }
}

/**
 * @param {Locale} locale
 * @param {Video[]} videos that are selected
 * @param {Pick<SelectionList, "ask" | "lock"> & {
 *   model: Model, total: number, problem: string, selectAll: () => void, clear: () => void,
 * }} actions
 */
function barContent(locale, videos, { model, total, problem, selectAll, clear, ask, lock }) {
  const count = videos.length
  const size = locale.size(videos.reduce((sum, each) => sum + each.size, 0))
  const unlocked = videos.filter((each) => !each.locked)
  /**
   * @param {IconName} name
   * @param {string} key
   * @param {() => void} on
   */
  const action = (name, key, on) => button({ label: locale.t(key), icon: name, on, title: locale.t(key), class: "act" })
  return [
    iconButton("close", locale.t("videos.pick_none"), clear),
    h("p", { class: "figures", role: "status" }, locale.t("videos.picked", { count, size })),
    count < total && button({ label: locale.t("videos.pick_all", { count: total }), kind: "link", on: selectAll }),
    h("span", { class: "space" }),
    action("download", "videos.download", () => downloadAll(videos, model.base)),
    unlocked.length
      ? action("lock", "videos.lock", () => lock(unlocked, true))
      : action("unlock", "videos.unlock", () => lock(videos, false)),
    action("trash", "videos.delete_picked", () => ask(videos)),
    problem && h("p", { class: "problem", role: "alert" }, problem),
  ]
}

/**
 * One file as it is; several as a ZIP, or as several ZIPs if the names do not fit into one address.
 * @param {Video[]} videos
 * @param {string} base
 */
function downloadAll(videos, base) {
  /** @param {string} href */
  const download = (href) => h("a", { href, download: true }).click()
  if (videos.length === 1) return download(downloadUrl(videos[0], base))
  for (const query of archiveQueries(videos.map((video) => video.filename))) download(serverUrl(`archive?${query}`, base))
}
