// The bell in the header, and its list: what needed a person. Opening the list marks nothing as seen.

import { button, fill, focusBeside, h, iconButton } from "../kit/base.js"
import { OPEN_SETTINGS } from "../kit/events.js"
import { icon } from "../kit/icons.js"
import { createLocale, NBSP } from "../kit/locale.js"
import { urlPart } from "../kit/route.js"
import { absenceLine, noteVisit } from "./absence.js"
import { alertTime, alertTitle, byDay, dayName } from "./alert_times.js"

/** @import { Lifetime } from "../kit/lifetime.js" */
/** @import { IconName } from "../kit/icons.js" */
/** @import { Locale } from "../kit/locale.js" */
/** @import { Absence, Alert, Answer, Model } from "../wire.js" */
/** @typedef {Absence["begun"][number]} BegunDay */

/** @type {Record<string, IconName>} */
const ICONS = {
  camera_lost: "camera-off", ended_early: "disk", plan_missed: "calendar", disk_full_soon: "disk", clock_jumped: "clock", webhook_failed: "send",
}
const MAX_COUNT = 99
const NOTE_VISIT_EVERY_MS = 10_000

const openAlertSettings = () => dispatchEvent(new CustomEvent(OPEN_SETTINGS, { detail: "alerts" }))

/**
 * @param {Lifetime} life
 * @param {Model & {alerts: Alert[]}} model
 */
export function bellPanel(life, model) {
  const element = h("div", { class: "bell-panel card", popover: "auto", id: "bell", role: "dialog" })
  /** @type {Absence | null} */
  let absence = null // as it was when the bell was opened last
  const unseen = () => model.alerts.filter((each) => !each.seen)
  /** @param {string[] | null} ids null: all */
  const markSeen = (ids) => model.send_msg({ do: "seen", ids })
  const close = () => element.hidePopover()

  function draw() {
    if (!element.matches(":popover-open")) return
    const locale = createLocale(model.texts)
    const focused = focusBeside(element)
    const key = element.contains(focused) ? focused?.dataset.key : undefined
    const now = Date.now()
    const lines = [...model.alerts, ...(absence?.begun ?? [])].sort((a, b) => b.at - a.at)
    element.setAttribute("aria-label", locale.t("page.alerts_title"))
    fill(element,
      h("header", {}, h("h2", { class: "heading" }, locale.t("page.alerts_title")),
        iconButton("close", locale.t("page.alerts_close"), close, { "data-key": "close" })),
      h("p", { class: "second figures lead" }, absence ? absenceLine(locale, absence, now) : NBSP),
      h("div", { class: "days", tabindex: lines.length ? 0 : null, role: "group", "aria-label": locale.t("page.alerts_title") },
        model.alerts.length === 0 ? h("p", { class: "second quiet" }, icon("check-circle"), locale.t("page.alerts_none")) : null,
        byDay(lines).map(([, ofDay]) => [
          h("h3", {}, dayName(locale, ofDay[0].at, now)),
          h("ul", {}, ofDay.map((line) => ("plans" in line ? begunLine(locale, line) : alertLine(locale, line, follow)))),
        ])),
      h("footer", {},
        unseen().length ? button({ label: locale.t("page.alerts_see"), kind: "link", "data-key": "see", on: () => markSeen(null) }) : h("span"),
        button({ label: locale.t("page.alerts_elsewhere"), kind: "link", "data-key": "elsewhere", on: () => leave(openAlertSettings) })))
    if (key === undefined) return
    const all = /** @type {HTMLElement[]} */ ([...element.querySelectorAll("[data-key]")])
    const found = all.find((each) => each.dataset.key === key) ?? all[0]
    found?.focus()
  }

  /** @param {() => void} next */
  function leave(next) {
    close()
    next()
  }

  /**
   * @param {Alert} alert
   * @param {() => void} next
   */
  function follow(alert, next) {
    if (!alert.seen) markSeen(alert.alert_ids)
    leave(next)
  }

  /** @param {ToggleEvent} event */
  function toggled({ newState }) {
    draw()
    if (newState === "open") model.send_msg({ do: "sum_absence", since: noteVisit(Date.now()) })
  }

  const note = () => void (document.hidden || noteVisit(Date.now()))

  life.on(element, "toggle", toggled)
  life.on(document, "visibilitychange", note)
  life.every(NOTE_VISIT_EVERY_MS, note)
  life.watch("msg:custom", (/** @type {Answer} */ { answered, ok, given }) => {
    if (answered !== "sum_absence" || !ok) return
    absence = JSON.parse(given)
    draw()
  })
  note()
  return {
    element,
    draw,
    /**
     * The bell, with the number of alerts that nobody has seen.
     * @param {Locale} locale
     */
    button(locale) {
      const count = unseen().length
      const label = count ? locale.t("page.alerts_new", { count }) : locale.t("page.alerts")
      return h("button", { type: "button", class: "icon-button bell", popovertarget: "bell", title: label, "aria-label": label, "aria-haspopup": "dialog" },
        icon("bell"), count ? h("span", { class: "badge figures", "aria-hidden": "true" }, count > MAX_COUNT ? `${MAX_COUNT}+` : count) : null)
    },
  }
}

/**
 * @param {Locale} locale
 * @param {BegunDay} day
 */
function begunLine(locale, { at, plans }) {
  return h("li", { class: "well" }, icon("check-circle"),
    h("div", { class: "what" },
      h("b", {}, locale.t("page.plans_began", { time: locale.minute(at), count: plans })),
      h("span", { class: "second" }, locale.t("page.nothing_to_do"))))
}

/**
 * @param {Locale} locale
 * @param {Alert} alert
 * @param {(alert: Alert, next: () => void) => void} follow
 */
function alertLine(locale, alert, follow) {
  const link = alertLink(alert)
  const title = alertTitle(locale, alert, Date.now())
  const kind = alert.kind === "webhook_failed" ? "bad" : ""
  return h("li", { class: alert.seen ? kind : `${kind} new` },
    icon(ICONS[alert.kind] ?? "info"),
    h("div", { class: "what" }, h("b", {}, title), h("span", { class: "second figures" }, alertTime(locale, alert), alert.why && alert.alert_ids.length === 1 ? ` · ${alert.why}` : null),
      alert.seen ? null : h("span", { class: "unseen" }, locale.t("page.alert_is_new"))),
    link ? button({
      label: locale.t(`page.alert_go_${link.name}`), kind: "link", "data-key": alert.alert_ids[0],
      "aria-label": `${locale.t(`page.alert_go_${link.name}`)}: ${title}`, on: () => follow(alert, link.go),
    }) : null)
}

/**
 * @param {Alert} alert
 * @returns {{name: "video" | "plans" | "videos" | "settings", go: () => void} | null}
 */
function alertLink({ kind, filename }) {
  /** @param {string} hash */
  const to = (hash) => () => void (location.hash = hash)
  if (kind === "plan_missed") return { name: "plans", go: to("#plans") }
  if (kind === "disk_full_soon") return { name: "videos", go: to("#videos") }
  if (kind === "webhook_failed") return { name: "settings", go: openAlertSettings }
  return filename ? { name: "video", go: to(`#videos/${urlPart(filename)}`) } : null
}
