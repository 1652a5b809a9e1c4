// The videos that match the filter, under the headings of their days.

import { button, fill, find, focusBeside, h } from "../kit/base.js"
import { lifetime } from "../kit/lifetime.js"
import { createLocale } from "../kit/locale.js"
import { onNewDay } from "../kit/new_day.js"
import { cardLayout } from "../videos/card_layout.js"
import { deleteDialog } from "../videos/delete_dialog.js"
import { listKeyboard } from "../videos/keyboard.js"
import { selection } from "../videos/selection.js"
import { videoCard } from "../videos/video_card.js"
import { videoFilter } from "../videos/video_filter.js"
import { cameraNames, videoSearch } from "../videos/video_search.js"
import { videoStore } from "../videos/video_store.js"
import { virtualList } from "../videos/virtual_list.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { Answer, RenderArguments, Video } from "../wire.js" */
/** @import { Filter } from "../videos/video_search.js" */
/** @import { Selection } from "../videos/selection.js" */
/** @import { VideoChanges, VideoStore } from "../videos/video_store.js" */
/** @import { VirtualList } from "../videos/virtual_list.js" */

const HEADER_PX = 80 // height of the page that the header covers
const ORDERS_BY_DAY = ["newest", "oldest"]

/** @param {RenderArguments<{count: number}>} _ */
export function render({ model, view }) {
  const life = lifetime(model, view)
  const bar = h("search", { class: "bar" })
  const list = h("div", { class: "list" })
  const root = h("section", { class: "library everything" }, bar)
  const videos = videoStore(model)
  const cards = virtualList(life, list)
  const filter = listFilter(bar, filterChanged)
  /** @type {Video[]} */
  let found = [] // the videos that are shown, in order
  let locale = createLocale(model.texts)

  /** @param {FocusOptions} [options] */
  const focusSearch = (options) => find(bar, "input").focus(options)
  const ask = deleteDialog(model, life, root, { onDeleted: () => focusBeside(root) === null && focusSearch() })
  const selected = selection(model, locale, {
    ask,
    lock: (those, locked) => model.send_msg({ do: "lock", filenames: those.map((each) => each.filename), locked }),
    shown: () => found.map((video) => video.filename),
    video: videos.get,
    changed: () => markSelected(list, selected),
  })
  root.append(selected.bar, list)

  function drawList() {
    list.querySelector(".nothing")?.remove()
    bar.hidden = model.count === 0
    found = filter.find(videos)
    cards.show(cardLayout(locale, found, {
      width: list.clientWidth,
      byDay: ORDERS_BY_DAY.includes(filter.chosen.order),
      makeCard: (video, position) => libraryCard(locale, video, model.base, { ask, selected, position, count: found.length }),
    }))
    markSelected(list, selected)
    selected.draw(locale)
    if (found.length > 0 || !videos.isComplete()) return
    list.style.height = "auto"
    list.append(videos.size() === 0 ? emptyMessage(locale) : nothingFound(locale, filter.chosen, clearFilter))
  }

  function draw() {
    const refocus = cardFocus(root, cards, found)
    drawList()
    refocus(found, focusSearch)
  }

  /** Show the result from its start. */
  function filterChanged() {
    const { top } = root.getBoundingClientRect()
    if (top < 0) scrollBy(0, top - HEADER_PX)
    draw()
  }

  function clearFilter() {
    filter.clear()
    draw()
    focusSearch()
  }

  /** In another language or on another day, create all cards again. */
  function changeTexts() {
    locale = createLocale(model.texts)
    videos.renew()
    filter.renew(locale)
    draw()
  }

  life.onResize(list, () => {
    // The videos are requested when the list is first visible: a page that shows only cameras does not need them.
    if (list.clientWidth === 0) return
    videos.request()
    draw()
  })
  life.watch(["texts"], changeTexts)
  life.watch(["count"], draw)
  life.watch("msg:custom", (/** @type {Answer | VideoChanges} */ message) => {
    if (!("come" in message)) return message.answered === "lock" && selected.showProblem(message.problem)
    videos.change(message)
    selected.remove(message.gone)
    draw()
  })
  onNewDay(life, changeTexts)
  changeTexts()
  listKeyboard(life, root, { cards, selection: selected, ask, video: videos.get, ends: () => [found[0], found.at(-1)] })
  return root
}

/**
 * The filter in its bar.
 * @param {HTMLElement} bar
 * @param {() => void} changed
 */
function listFilter(bar, changed) {
  /** @type {Filter} */
  const chosen = { search: "", camera: "", order: "newest", gaps: false }
  /** @type {Locale} */
  let locale
  /** @type {ReturnType<typeof videoSearch>} */
  let search
  /** @type {ReturnType<typeof videoFilter>} */
  let shown
  return {
    chosen,
    /**
     * Create its bar, in another language too.
     * @param {Locale} inLocale
     */
    renew(inLocale) {
      locale = inLocale
      search = videoSearch(locale)
      shown = videoFilter(locale, chosen, changed)
      fill(bar, shown.elements)
    },
    /**
     * The videos that match, in order. The bar then says how many there are.
     * @param {VideoStore} videos
     */
    find(videos) {
      const found = search(chosen, videos.all())
      if (videos.size() > 0) shown.update(cameraNames(locale, videos.all()), found, videos.left())
      return found
    },
    clear() {
      Object.assign(chosen, { search: "", camera: "", gaps: false })
      shown.show()
    },
  }
}

/**
 * @param {Locale} locale
 * @param {Video} video
 * @param {string} base
 * @param {{ask: (videos: Video[]) => void, selected: Selection, position: number, count: number}} place `position` counts from 1
 */
function libraryCard(locale, video, base, { ask, selected, position, count }) {
  const { filename } = video
  const card = videoCard(locale, video, base, {
    ask, isSelected: selected.has(filename), select: (on, range) => selected.select(filename, on, range),
  })
  card.setAttribute("aria-posinset", String(position))
  card.setAttribute("aria-setsize", String(count))
  return card
}

/**
 * Mark the cards in the document that are selected.
 * @param {HTMLElement} list
 * @param {Selection} selected
 */
function markSelected(list, selected) {
  for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (list.querySelectorAll(".pick input"))) {
    const card = /** @type {HTMLElement} */ (box.closest(".card"))
    box.checked = selected.has(card.dataset.file ?? "")
  }
  list.classList.toggle("picking", selected.size() > 0)
}

/**
 * A deleted card loses the focus. Returns a function that gives it to the card in its place, if there is one.
 * @param {HTMLElement} root
 * @param {VirtualList} cards
 * @param {Video[]} before
 */
function cardFocus(root, cards, before) {
  const focused = focusBeside(root)
  const card = /** @type {HTMLElement | null | undefined} */ (focused?.closest(".card"))
  const index = before.findIndex((video) => video.filename === card?.dataset.file)
  /**
   * @param {Video[]} after
   * @param {(options: FocusOptions) => void} otherwise
   */
  return (after, otherwise) => {
    if (index < 0 || focused?.isConnected) return
    const next = after[Math.min(index, after.length - 1)]
    const link = next && cards.reveal(next.filename)?.querySelector("a")
    if (link) link.focus({ preventScroll: true })
    else otherwise({ preventScroll: true })
  }
}

/**
 * @param {Locale} locale
 * @param {Filter} filter
 * @param {() => void} clear
 */
function nothingFound(locale, filter, clear) {
  const search = filter.search.trim()
  const title = search ? locale.t("videos.nothing_found", { search }) : locale.t("videos.nothing_chosen")
  return h("div", { class: "nothing" }, h("h2", {}, title), button({ label: locale.t("videos.clear"), on: clear }))
}

/** @param {Locale} locale */
const emptyMessage = (locale) =>
  h("div", { class: "nothing" },
    h("div", { class: "frames", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
    h("h2", {}, locale.t("videos.empty")),
    h("p", {}, locale.t("videos.empty_hint")),
    h("a", { class: "button main", href: "#live" }, locale.t("videos.go_live")))
