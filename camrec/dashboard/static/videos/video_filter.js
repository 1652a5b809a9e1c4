// The bar that filters and orders the videos: search, camera, order, gaps.

import { fill, find, h } from "../kit/base.js"
import { icon } from "../kit/icons.js"
import { ORDER_NAMES } from "./video_search.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { Video } from "../wire.js" */
/** @import { Filter } from "./video_search.js" */

/**
 * @param {Locale} locale
 * @param {Filter} filter is changed
 * @param {() => void} changed
 */
export function videoFilter(locale, filter, changed) {
  /** @param {Partial<Filter>} choice */
  const choose = (choice) => {
    Object.assign(filter, choice)
    changed()
  }
  const searchField = h("input", {
    class: "field", type: "search", value: filter.search, placeholder: locale.t("videos.search"),
    autocomplete: "off", on: { input: () => choose({ search: searchField.value }) },
  })
  const search = h("label", { class: "choice search" }, icon("search"),
    h("span", { class: "unseen" }, locale.t("videos.search")), searchField)
  const camera = selectField("camera", locale.t("videos.camera"), (value) => choose({ camera: value }))
  const order = selectField("order", locale.t("videos.order"), (value) => choose({ order: /** @type {Filter["order"]} */ (value) }))
  const gapsBox = h("input", { type: "checkbox", checked: filter.gaps, on: { change: () => choose({ gaps: gapsBox.checked }) } })
  const gaps = h("label", { class: "choice gaps" }, gapsBox, locale.t("videos.gaps_only"))
  const count = h("p", { class: "count figures", role: "status" })
  order.setOptions(ORDER_NAMES.map((name) => [name, locale.t(`videos.${name}`)]), filter.order)
  let shownNames = "" // the cameras in the menu
  return {
    elements: [search, camera.element, order.element, gaps, count],
    /**
     * Show the cameras to choose from, and the number of videos.
     * @param {string[]} names
     * @param {Video[]} videos
     * @param {number | null} left how many videos will still be sent
     */
    update(names, videos, left) {
      if (!left && !names.includes(filter.camera)) filter.camera = ""
      const joined = JSON.stringify(names)
      if (joined !== shownNames) camera.setOptions([["", locale.t("videos.every_camera")], ...names.map((name) => [name, name])], filter.camera)
      else camera.select(filter.camera)
      shownNames = joined
      const size = videos.reduce((sum, video) => sum + video.size, 0)
      fill(count, !left && videos.length ? locale.t("videos.count", { count: videos.length, size: locale.size(size) }) : "")
    },
    /** Show the filter after it was changed elsewhere. */
    show() {
      searchField.value = filter.search
      gapsBox.checked = filter.gaps
    },
  }
}

/**
 * @param {string} name
 * @param {string} label
 * @param {(value: string) => void} changed
 */
function selectField(name, label, changed) {
  const element = h("label", { class: `choice ${name}` }, h("span", { class: "unseen" }, label),
    h("select", { class: "field", on: { change: () => changed(field().value) } }),
    icon("chevron-down"))
  const field = () => /** @type {HTMLSelectElement} */ (find(element, "select"))
  /** @param {string} value */
  const select = (value) => {
    field().value = value
  }
  return {
    element,
    select,
    /**
     * @param {string[][]} options values and their texts
     * @param {string} selected
     */
    setOptions(options, selected) {
      fill(field(), options.map(([value, text]) => h("option", { value }, text)))
      select(selected)
    },
  }
}
