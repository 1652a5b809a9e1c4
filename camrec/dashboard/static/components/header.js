// The bar at the top: the logo, the views, the recordings that run, language, theme and settings.

import { bellPanel } from "../alerts/bell_panel.js"
import { button, fill, focusBeside, h, iconButton } from "../kit/base.js"
import { CONNECTION_LOST, MARK_ALL, OFFER_RECORD_ALL, OPEN_SETTINGS, THEME_CHANGED } from "../kit/events.js"
import { rememberFocus } from "../kit/focus_return.js"
import { helpDialog } from "../kit/help.js"
import { hotkeys } from "../kit/hotkeys.js"
import { icon } from "../kit/icons.js"
import { lifetime } from "../kit/lifetime.js"
import { createLocale } from "../kit/locale.js"
import { currentRoute } from "../kit/route.js"
import { chooseLanguage, chooseTheme, isDark, systemDark } from "../kit/theme.js"
import { pressTime } from "../live/press_moment.js"
import { recordAllPanel } from "../live/record_all_panel.js"

/** @import { Lifetime } from "../kit/lifetime.js" */
/** @import { Locale } from "../kit/locale.js" */
/** @import { IconName } from "../kit/icons.js" */
/** @import { RecordAllFacts } from "../live/record_all_panel.js" */
/** @import { Alert, Model, RenderArguments } from "../wire.js" */

/**
 * @typedef {object} HeaderParameters
 * @property {number} cameras
 * @property {number} videos
 * @property {number} plans
 * @property {{recording_id: string, name: string, ends_at: number | null}[]} recordings
 * @property {RecordAllFacts} group_recording
 * @property {Alert[]} alerts the latest first
 */
/** @typedef {Model & HeaderParameters} HeaderModel */

const DRAW_EVERY_MS = 10_000 // the lists show remaining times

/** @param {RenderArguments<HeaderParameters>} _ */
export function render({ model, view }) {
  const life = lifetime(model, view)
  const bar = h("div", { class: "bar" })
  const all = recordAllPanel(life, model)
  const list = recordingList(life, model, all.element)
  const bell = bellPanel(life, model)
  const root = h("div", {}, bar, list.element, all.element, bell.element)
  let locale = createLocale(model.texts)
  let isCutOff = false // camrec does not answer, so it is not known what is being recorded

  function openHelp() {
    const returnFocus = rememberFocus()
    helpDialog(root, locale).addEventListener("close", returnFocus)
  }

  function draw() {
    locale = createLocale(model.texts)
    const count = model.recordings.length
    document.documentElement.lang = locale.language
    document.title = count && !isCutOff ? `● ${locale.t("page.recordings", { count })} · camrec` : "camrec"
    fill(bar,
      h("a", { class: "mark", href: "#live", "aria-label": "camrec" },
        h("span", { class: count ? "lens recording" : "lens" }), h("span", { class: "wide name" }, "camrec")),
      h("nav", { "aria-label": locale.t("page.views") },
        viewLink(locale, "video", "live", model.cameras), viewLink(locale, "play", "videos", model.videos),
        viewLink(locale, "calendar", "plans", model.plans)),
      h("span", { class: "space" }),
      model.recordings.length < 2 ? recordAllButton(locale, model) : markAllButton(locale, "all mark-all"), recordingsPill(locale, count),
      bell.button(locale), languageButton(locale, model), themeButton(locale),
      iconButton("keyboard", `${locale.t("page.help")} (?)`, openHelp, { class: "icon-button keys", "aria-haspopup": "dialog" }),
      iconButton("gear", locale.t("page.settings"), () => dispatchEvent(new CustomEvent(OPEN_SETTINGS)), { class: "icon-button settings", "aria-haspopup": "dialog" }))
    list.draw()
    all.update()
    bell.draw()
  }

  /** Draw, and give the focus back to the element with the same class. */
  function redraw() {
    const name = focusBeside(bar)?.className
    draw()
    if (name) /** @type {HTMLElement[]} */ ([...bar.querySelectorAll("a, button")]).find((each) => each.className === name)?.focus()
  }

  const tellRoute = () => model.send_msg({ do: "show_view", ...currentRoute() })

  life.watch(["texts", "cameras", "videos", "plans", "recordings", "group_recording", "alerts"], redraw)
  life.onRoute(() => {
    redraw()
    tellRoute()
  })
  life.on(systemDark, "change", redraw)
  life.on(window, THEME_CHANGED, redraw)
  life.on(window, OFFER_RECORD_ALL, () => all.element.showPopover())
  life.on(window, CONNECTION_LOST, () => {
    isCutOff = true
    draw()
  })
  life.every(DRAW_EVERY_MS, () => {
    list.draw()
    all.update()
  })
  draw()
  document.getElementById("first")?.remove()
  if (currentRoute().view !== "live") tellRoute()
  hotkeys(life, () => true, { "?": openHelp })
  return root
}


/**
 * @param {Locale} locale
 * @param {IconName} name
 * @param {"live" | "videos" | "plans"} view
 * @param {number} count
 */
function viewLink(locale, name, view, count) {
  const isCurrent = currentRoute().view === view
  return h("a", { class: "view", href: `#${view}`, "aria-current": isCurrent ? "page" : null },
    h("span", { class: "wide" }, icon(name, 18)), h("span", {}, locale.t(`page.view_${view}`)),
    count > 0 ? h("span", { class: "wide second figures" }, count) : null)
}

/**
 * @param {Locale} locale
 * @param {number} count
 */
function recordingsPill(locale, count) {
  if (count === 0) return null
  const label = locale.t("page.recordings", { count })
  return h("button", { type: "button", class: "pill", popovertarget: "list", title: label, "aria-label": label },
    h("i"), h("span", { class: "wide" }, label), h("span", { class: "narrow" }, count))
}

/**
 * @param {Locale} locale
 * @param {HeaderModel} model
 */
function recordAllButton(locale, model) {
  if (model.cameras < 2) return null
  return h("button", { type: "button", class: "button all", popovertarget: "all", disabled: model.group_recording.count === 0 },
    h("i"), h("span", {}, locale.t("page.record_all")))
}

/**
 * Marks the moment at which it goes down, in all cameras that record.
 * @param {Locale} locale
 * @param {string} extraClass
 */
function markAllButton(locale, extraClass) {
  const press = pressTime()
  const element = button({
    label: locale.t("page.mark_all"), icon: "flag", class: extraClass, title: `${locale.t("page.does_mark_all")} (${locale.t("page.key_shift")}+m)`,
    on: (click) => void dispatchEvent(new CustomEvent(MARK_ALL, { detail: press.of(click) })),
  })
  element.setAttribute("aria-label", locale.t("page.mark_all")) // its text is hidden where there is no room
  for (const [event, listener] of Object.entries(press.listeners)) element.addEventListener(event, listener)
  return element
}

/** @param {Locale} locale */
const themeButton = (locale) =>
  iconButton(isDark() ? "sun" : "moon", locale.t(isDark() ? "page.to_light" : "page.to_dark"),
    () => chooseTheme(isDark() ? "light" : "dark"), { class: "icon-button theme" })

/**
 * @param {Locale} locale
 * @param {HeaderModel} model
 */
function languageButton(locale, model) {
  const other = locale.t("page.other_language")
  const code = locale.t("page.other_language_code")
  const name = `${code} · ${locale.t("page.other_language_name")}` // contains the visible text, for voice control
  return h("button", {
    type: "button", class: "icon-button language", lang: other, title: name, "aria-label": name,
    on: { click: () => chooseLanguage(model, other) },
  }, code)
}

/**
 * The recordings that run, each with a button that stops it.
 * @param {Lifetime} life
 * @param {HeaderModel} model
 * @param {HTMLElement} all the panel that records all cameras
 */
function recordingList(life, model, all) {
  const element = h("div", { class: "list card", popover: "auto", id: "list" })

  function draw() {
    const locale = createLocale(model.texts)
    const focused = /** @type {HTMLElement[]} */ ([...element.querySelectorAll("input, button")]).findIndex((each) => each === focusBeside(element))
    const isSeveral = model.recordings.length > 1
    fill(element, h("h2", { class: "heading" }, locale.t("page.recordings_list")), isSeveral ? markAllButton(locale, "mark-each") : null, model.recordings.map((each) => {
      const left = each.ends_at === null
        ? locale.t("page.until_stopped")
        : locale.t("page.left", { length: locale.left(Math.max(0, (each.ends_at - Date.now()) / 1000)) })
      return h("div", { class: "row" },
        h("span", {}, h("b", {}, each.name), h("span", { class: "second figures" }, left)),
        button({
          label: locale.t("page.stop_and_save"), icon: "stop", "aria-label": locale.t("page.stop_one", { name: each.name }),
          on: () => model.send_msg({ do: "stop", recording_id: each.recording_id }),
        }))
    }), isSeveral && model.group_recording.count > 0
      ? button({ label: locale.t("page.record_all"), kind: "link", class: "others", on: () => all.showPopover() })
      : null)
    if (focused >= 0) [...element.querySelectorAll("button")].at(Math.min(focused, element.querySelectorAll("button").length - 1))?.focus()
    if (model.recordings.length === 0 && element.matches(":popover-open")) element.hidePopover()
  }

  life.on(element, "toggle", draw)
  return { element, draw }
}
