// The week: a lane for each day with what was, is and will be recorded, and a line that explains the chosen bar.

import { button, fill, h, iconButton } from "../kit/base.js"
import { icon } from "../kit/icons.js"
import { focusKey, keepingFocus } from "../kit/keeping_focus.js"
import { urlPart } from "../kit/route.js"
import { remedyFor } from "./remedy.js"
import { DAY_MS, startOfDay, wallFormats, wallMinute } from "./wall_time.js"
import { WEEK_DAYS, barAfterKey, endOf, nearestBar, weekLanes } from "./week_lanes.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { PlanOccurrence, PlanWeek } from "../wire.js" */
/** @import { RemedyActions } from "./remedy.js" */
/** @import { Bar, Lane } from "./week_lanes.js" */

const HOURS = [0, 6, 12, 18, 24]
const REACH_PX = 22
const MIN_BAR_PX = 8 // as in week.css
const MIN_NAMED_SHARE = 0.05 // a shorter bar has no name in it
const MIN_NAMED_SHARE_ON_PHONE = 0.125
const NAME_SHARE = 0.3 // of a bar, about as much as its name takes: no name over a hatched gap
const STATES = ["recorded", "recording", "planned", "missed"] // of the legend; will not be: only if there is one

/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(3)}%`

/** @param {PlanOccurrence} occurrence */
const occurrenceKey = ({ plan_id: plan, camera_id: camera, starts_at: start }) => `${plan ?? "once"} ${camera} ${start}`

/**
 * @param {object} options
 * @param {() => Locale} options.locale
 * @param {(first: number | null) => void} options.show show the week of a day; null: this week
 * @param {RemedyActions} options.remedies
 */
export function weekView({ locale: currentLocale, show, remedies }) {
  const head = h("header")
  const days = h("div", { class: "days" })
  const why = h("div", { role: "status" })
  const element = h("section", { class: "week card" }, head, days, why)
  /** @type {PlanWeek | null} */
  let week = null
  /** @type {Lane[]} */
  let lanes = []
  let chosen = "" // the key of the occurrence that is explained

  /** @param {PlanOccurrence} occurrence */
  function choose(occurrence) {
    chosen = occurrenceKey(occurrence)
    draw()
  }

  function close() {
    const key = chosen
    chosen = ""
    draw()
    focusKey(element, (each) => each.startsWith(key))
  }

  /** @param {PlanWeek} shown */
  function update(shown) {
    week = shown
    lanes = weekLanes(shown.occurrences, shown.first)
    draw()
  }

  function draw() {
    if (week !== null) keepingFocus(element, drawWeek)
  }

  function drawWeek() {
    const shown = /** @type {PlanWeek} */ (week)
    const locale = currentLocale()
    const explained = shown.occurrences.find((each) => occurrenceKey(each) === chosen)
    element.setAttribute("aria-label", locale.t("plan_page.week"))
    element.classList.toggle("no-free", shown.free_after.length === 0)
    fill(head, weekHead(locale, shown, show))
    const stop = tabStop(lanes, chosen, shown.now)
    fill(days, hoursRow(locale, shown), lanes.map((lane) => dayRow(locale, shown, lane, { chosen, stop, choose, move })))
    fill(why, explained && explanation(locale, explained, shown, { close, ...remedies }))
  }

  /**
   * @param {Bar} bar
   * @param {KeyboardEvent} event
   */
  function move(bar, event) {
    const next = event.altKey || event.ctrlKey || event.metaKey ? null : barAfterKey(lanes, bar, event.key)
    if (next === null) return
    event.preventDefault()
    const place = lanes.flatMap((each) => each.bars).indexOf(next)
    const buttons = /** @type {HTMLElement[]} */ ([...days.querySelectorAll(".slot")])
    for (const each of buttons) each.tabIndex = -1
    buttons[place].tabIndex = 0
    buttons[place].focus()
  }

  return { element, update }
}

/**
 * The bar that Tab leads to: the chosen one, else the first that is not over.
 * @param {Lane[]} lanes
 * @param {string} chosen
 * @param {number} now
 */
function tabStop(lanes, chosen, now) {
  const bars = lanes.flatMap((each) => each.bars)
  return bars.find(({ occurrence }) => occurrenceKey(occurrence) === chosen) ?? bars.find(({ occurrence }) => endOf(occurrence) > now) ?? bars[0]
}

/**
 * @param {Locale} locale
 * @param {PlanWeek} week
 * @param {(first: number | null) => void} show
 */
function weekHead(locale, week, show) {
  const formats = wallFormats(locale.language)
  const shown = new Set(week.occurrences.map((each) => each.state))
  const legend = shown.has("impossible") ? [...STATES, "impossible"] : STATES
  const isThisWeek = startOfDay(week.now) >= week.first && startOfDay(week.now) < week.first + WEEK_DAYS * DAY_MS
  return [
    h("h2", { class: "heading" }, formats.range(week.first, week.first + (WEEK_DAYS - 1) * DAY_MS)),
    h("span", { class: "legend second", "aria-hidden": "true" }, legend.map((state) => h("span", {}, h("i", { class: state }), locale.t(`plans.state_${state}`)))),
    h("span", { class: "turn" },
      iconButton("chevron-left", locale.t("plan_page.week_before"), () => show(week.first - WEEK_DAYS * DAY_MS), { "data-key": "before" }),
      button({ label: locale.t("plan_page.today"), disabled: isThisWeek, on: () => show(null), "data-key": "today" }),
      iconButton("chevron-right", locale.t("plan_page.week_after"), () => show(week.first + WEEK_DAYS * DAY_MS), { "data-key": "after" })),
  ]
}

/**
 * @param {Locale} locale
 * @param {PlanWeek} week
 */
const hoursRow = (locale, week) => h("div", { class: "hours figures", "aria-hidden": "true" }, h("span"),
  h("div", { class: "track" }, HOURS.map((hour) => h("span", { style: { left: percent(hour / 24) } }, `${String(hour).padStart(2, "0")}:00`))),
  h("span", { class: "free" }, week.free_after.length > 0 && locale.t("plan_page.free_after")))

/**
 * @param {Locale} locale
 * @param {PlanWeek} week
 * @param {Lane} lane
 * @param {{chosen: string, stop: Bar | undefined, choose: (occurrence: PlanOccurrence) => void, move: (bar: Bar, event: KeyboardEvent) => void}} bars
 */
function dayRow(locale, week, lane, { chosen, stop, choose, move }) {
  const isToday = startOfDay(week.now) === lane.day
  const free = week.free_after.find((each) => each.day === lane.day)
  const isFull = week.disk.stops_at !== null && week.disk.stops_at < lane.day + DAY_MS
  const track = h("div", { class: "track", style: { "--rows": lane.rows }, on: { click: pressed } },
    nights(week, lane.day),
    lane.bars.map((bar) => slot(locale, week, bar, {
      isChosen: occurrenceKey(bar.occurrence) === chosen, isStop: bar === stop, lane, choose, move,
    })),
    isToday && h("i", { class: "now", style: { left: percent((week.now - lane.day) / DAY_MS) } }))

  /**
   * Short bars are hard to hit: a press beside one counts for it.
   * @param {MouseEvent} event
   */
  function pressed(event) {
    if (event.target instanceof Element && event.target.closest(".slot")) return
    const { left, width } = track.getBoundingClientRect()
    const bar = nearestBar(lane.bars, (event.clientX - left) / width, REACH_PX / width)
    if (bar !== null) choose(bar.occurrence)
  }

  return h("div", { class: isToday ? "day today" : "day" },
    h("span", { class: "name figures" }, wallFormats(locale.language).shortDay(lane.day)), track,
    h("span", { class: isFull ? "free figures full" : "free figures" },
      free && h("span", { class: "unseen" }, `${locale.t("plan_page.free_after")} `), free && locale.size(free.bytes)))
}

/**
 * The dark hours of a day, if it is known where the cameras are.
 * @param {PlanWeek} week
 * @param {number} day
 */
function nights(week, day) {
  const found = week.nights.find((each) => each.day === day)
  if (found === undefined) return null
  const { sunrise, sunset } = found
  return [
    sunrise !== null && h("i", { class: "night", style: { left: "0", width: percent((sunrise - day) / DAY_MS) } }),
    sunset !== null && h("i", { class: "night", style: { left: percent((sunset - day) / DAY_MS), right: "0" } }),
  ]
}

/**
 * @param {Locale} locale
 * @param {PlanWeek} week
 * @param {Bar} bar
 * @param {{isChosen: boolean, isStop: boolean, lane: Lane, choose: (occurrence: PlanOccurrence) => void, move: (bar: Bar, event: KeyboardEvent) => void}} how
 */
function slot(locale, week, bar, { isChosen, isStop, lane, choose, move }) {
  const { occurrence, from, to, row, lacking, gaps, kept } = bar
  const { day, time, state } = occurrenceWords(locale, occurrence)
  const label = `${occurrence.name}, ${day}, ${time}, ${state}`
  const length = to - from < MIN_NAMED_SHARE ? "short" : to - from < MIN_NAMED_SHARE_ON_PHONE && "brief"
  const now = (week.now - lane.day) / DAY_MS
  // What is over does not reach beyond the line of now, however short it was.
  const left = endOf(occurrence) <= week.now ? `max(0px, min(${percent(from)}, calc(${percent(now)} - ${MIN_BAR_PX}px)))` : percent(from)
  const done = (now - from) / Math.max(1 / DAY_MS, to - from)
  return h("button", {
    type: "button", class: ["slot", occurrence.state, length, hasNameRight(bar) && "right", isChosen && "chosen"].filter(Boolean).join(" "),
    style: { left, width: `calc(${percent(to - from)} - 2px)`, "--row": row }, tabindex: isStop ? 0 : -1,
    "aria-label": label, "aria-pressed": String(isChosen), title: label, "data-key": `${occurrenceKey(occurrence)} ${from}`,
    on: { click: () => choose(occurrence), keydown: (/** @type {KeyboardEvent} */ event) => move(bar, event) },
  },
  occurrence.state === "recording" && h("i", { class: "done", style: { left: percent(lacking), width: percent(Math.min(1, Math.max(0, done)) - lacking) } }),
  kept < 1 && occurrence.state === "recorded" && h("i", { class: "left", style: { left: percent(kept) } }),
  lacking > 0 && occurrence.is_late && h("i", { class: "lacking", style: { width: percent(lacking) } }),
  occurrence.cause === "disk_full_during" && h("i", { class: "lost", style: { left: percent(lostFrom(week, lane.day, bar)) } }),
  gaps.map((gap) => h("i", { class: "lacking gap", style: { left: percent(gap.from), width: percent(gap.to - gap.from) } })),
  h("span", {}, occurrence.name))
}

/**
 * Whether the name stands at the right of a bar, because its left is hatched.
 * @param {Bar} bar
 */
function hasNameRight({ occurrence, lacking, gaps, kept }) {
  if (occurrence.state !== "recorded" || kept < 1 || gaps.some((gap) => gap.to > 1 - NAME_SHARE)) return false
  return (lacking > 0 && occurrence.is_late) || gaps.some((gap) => gap.from < NAME_SHARE)
}

/**
 * The share of a bar at which the disk will be full, so that recording stops.
 * @param {PlanWeek} week
 * @param {number} day
 * @param {Bar} bar
 */
const lostFrom = ({ disk }, day, { from, to }) =>
  Math.min(1, Math.max(0, (((disk.stops_at ?? Infinity) - day) / DAY_MS - from) / Math.max(1 / DAY_MS, to - from)))

/**
 * @param {Locale} locale
 * @param {PlanOccurrence} occurrence
 */
function occurrenceWords(locale, occurrence) {
  const { starts_at: start, ends_at: end } = occurrence
  const ends = end === null ? locale.t("plan_page.until_stopped") : `– ${wallMinute(end)}`
  const time = start === end ? locale.t("plan_page.no_time") : `${wallMinute(start)}\u00a0${ends}`
  return { day: wallFormats(locale.language).day(start), time, state: locale.t(`plans.state_${occurrence.state}`) }
}

/**
 * The line under the week: which bar it is, what became of it and why, and its videos.
 * @param {Locale} locale
 * @param {PlanOccurrence} occurrence
 * @param {PlanWeek} week
 * @param {RemedyActions & {close: () => void}} actions
 */
function explanation(locale, occurrence, week, actions) {
  const { day, time, state } = occurrenceWords(locale, occurrence)
  const { reason, filenames } = occurrence
  const isBad = occurrence.state === "missed" || occurrence.state === "impossible"
  const said = reason === "" ? locale.t("plan_page.said", { state }) : locale.t(isBad ? "plan_page.said_why" : "plan_page.said_note", { state, reason })
  const remedy = remedyFor(locale, occurrence, week, actions)
  const lost = occurrence.lacking.reduce((sum, [from, to]) => sum + to - from, 0) / 1000
  const gaps = lost > 0 ? locale.t("plan_page.without_pictures", { length: locale.length(Math.max(1, lost)) }) : ""
  return h("div", { class: isBad ? "why bad" : "why" }, icon(isBad ? "warning" : "info"),
    h("p", {}, h("b", {}, `${occurrence.name}, ${day} ${time}. `), [said.charAt(0).toUpperCase() + said.slice(1), gaps, remedy.words].filter(Boolean).join(" ")),
    remedy.element,
    filenames.length > 0 && h("a", { class: "button", href: `#videos/${urlPart(filenames[0])}` },
      icon("play"), filenames.length > 1 ? locale.t("plan_page.watch_first", { count: filenames.length }) : locale.t("plan_page.watch")),
    iconButton("close", locale.t("plan_page.close"), actions.close, { "data-key": "close" }))
}
