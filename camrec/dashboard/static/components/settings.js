// The settings: a dialog with tabs, opened by OPEN_SETTINGS or by a link to #settings/TAB. A choice takes effect at once.
// If camrec rejects a field, the field says why and keeps what was typed.

import { button, dialog, fill, find, focusBeside, h, iconButton } from "../kit/base.js"
import { OPEN_SETTINGS, SETTING_CHANGED, THEME_CHANGED } from "../kit/events.js"
import { diskSettings } from "../kit/disk_settings.js"
import { rememberFocus } from "../kit/focus_return.js"
import { icon } from "../kit/icons.js"
import { lifetime } from "../kit/lifetime.js"
import { createLocale } from "../kit/locale.js"
import { segmentedControl } from "../kit/segmented_control.js"
import { knownTab, settingsTabs, takeSettingsLink } from "../kit/settings_tabs.js"
import { chooseLanguage, chooseTheme, chosenTheme } from "../kit/theme.js"
import { tokenSetting } from "../kit/token_setting.js"
import { drawingAfterTyping } from "../kit/typing.js"
import { webhookSetting } from "../kit/webhook_setting.js"
import { keepAwakeSetting, placeSetting } from "../plans/plan_settings.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { Answer, Model, RenderArguments, Settings } from "../wire.js" */
/** @typedef {Record<string, string>} Problems by field: why camrec rejected it */

const THEMES = ["", "light", "dark"]
const LANGUAGE_NAMES = { fr: "Français", en: "English" } // each in its own language
const KEEP_THEIR_TEXT = ["token", "webhook", "latitude", "longitude"]
const FOCUSABLE = "a, button, input, summary"
const FIELDS = ["most", "folder", "token", "webhook", "webhook_when", "try_webhook", "retention_bytes", "retention_days", "when_full", "min_free", "keep_awake", "place"]
const MAX_CAMERAS = 64 // as in camrec/config.py

/** @param {RenderArguments<{facts: Settings}>} _ */
export function render({ model, view }) {
  const life = lifetime(model, view)
  const root = h("div")
  /** @type {Problems} */
  const problems = {}
  /** @type {Record<string, any>} */
  const asked = {} // by field: the value that was sent, until camrec has it
  const token = tokenSetting(model, { ask, draw, problems })
  const webhook = webhookSetting(model, { ask, draw, problems })
  const place = placeSetting({ ask, draw, problems })
  const news = drawingAfterTyping(draw, KEEP_THEIR_TEXT)
  /** @type {HTMLDialogElement | null} */
  let box = null
  /** @type {HTMLElement | null} */
  let form = null
  let tab = knownTab(null)

  /** @param {string | null} name of the tab */
  function open(name) {
    tab = knownTab(name)
    if (box?.open) return draw()
    const returnFocus = rememberFocus()
    form = h("div", { class: "form", on: news.on })
    for (const each of FIELDS) {
      delete problems[each]
      delete asked[each]
    }
    token.reset()
    webhook.reset()
    place.reset()
    draw()
    box = dialog(root, { "aria-labelledby": "settings", class: "settings" }, form)
    box.addEventListener("close", returnFocus)
  }

  const close = () => box?.close()

  /** @param {HashChangeEvent} [change] */
  function followLink(change) {
    const name = takeSettingsLink(change)
    if (name !== null) open(name)
  }

  /** Close, unless there is a new token that is not used yet: the user would think that it is. */
  function done() {
    if (!token.isPending()) return close()
    problems.token = createLocale(model.texts).t("page.token_pending")
    open("general")
    if (form) find(form, ".use").focus()
  }

  /**
   * @param {string} name
   * @param {boolean | number | string | string[] | number[]} value
   */
  function ask(name, value) {
    asked[name] = value
    model.send_msg({ do: name, [name]: value })
  }

  function draw() {
    if (form === null) return
    const locale = createLocale(model.texts)
    const focused = [...form.querySelectorAll(FOCUSABLE)].findIndex((each) => form && each === focusBeside(form))
    fill(form,
      h("header", {}, h("h2", { id: "settings" }, locale.t("page.settings")), iconButton("close", locale.t("page.settings_close"), close)),
      settingsTabs(locale, tab, open),
      shownSettings(locale, tab, { model, values: { ...model.facts, ...asked }, problems, ask, draw, token, webhook, place }),
      h("div", { class: "end" }, button({ label: locale.t("page.done"), kind: token.isPending() ? "plain" : "main", on: done })))
    if (focused >= 0) /** @type {HTMLElement | undefined} */ (form.querySelectorAll(FOCUSABLE)[focused])?.focus()
  }

  life.on(window, OPEN_SETTINGS, ({ detail }) => open(detail))
  life.on(window, "hashchange", followLink, { capture: true }) // before the parts that show a view
  life.on(window, THEME_CHANGED, draw)
  life.watch(["texts"], draw)
  life.watch(["facts"], () => {
    forgetConfirmed(asked, model.facts)
    news.draw()
  })
  life.watch("msg:custom", async (/** @type {Answer} */ answer) => {
    const { answered, ok, problem } = answer
    webhook.answered(answer)
    if (answered === "place" && !ok) place.rejected()
    if (answered !== "token") delete asked[answered === "most" || answered === "folder" ? "" : answered]
    if (answered === "token") {
      const value = asked.token
      delete asked.token
      if (ok) await token.accepted(value)
    }
    problems[answered] = problem
    if (ok) dispatchEvent(new Event(SETTING_CHANGED))
    news.draw()
  })
  life.add(close)
  life.onceInPage(root, followLink) // no dialog opens outside a page
  return root
}

/**
 * The settings of one tab.
 * @param {Locale} locale
 * @param {string} tab
 * @param {object} parts
 * @param {Model} parts.model
 * @param {Settings} parts.values
 * @param {Problems} parts.problems
 * @param {(name: string, value: boolean | number | string | string[] | number[]) => void} parts.ask
 * @param {() => void} parts.draw
 * @param {ReturnType<typeof tokenSetting>} parts.token
 * @param {ReturnType<typeof webhookSetting>} parts.webhook
 * @param {ReturnType<typeof placeSetting>} parts.place
 */
function shownSettings(locale, tab, { model, values, problems, ask, draw, token, webhook, place }) {
  if (tab === "disk") {
    return [folderSetting(locale, values.folder, problems, ask), diskSettings(locale, values, { problems, ask, draw, field })]
  }
  if (tab === "alerts") {
    const { entry, shown, hint, isGood, problem, further } = webhook.draw(locale)
    return [
      h("p", { class: "second" }, locale.t("page.webhook_intro")),
      field("webhook", locale.t("page.webhook"), isGood ? [icon("check", 18), hint] : hint, problem, entry, shown), further,
    ]
  }
  const { entry, shown, hint } = token.draw(locale)
  return [
    languageAndTheme(locale, model), maxCamerasSetting(locale, values.most, problems, ask),
    keepAwakeSetting(locale, values, { problems, ask }), place.draw(locale, values.place),
    field("token", locale.t("page.token"), hint, problems.token, entry, shown),
  ]
}

/**
 * Forget the sent values that camrec has now.
 * @param {Record<string, unknown>} asked
 * @param {Settings} settings
 */
function forgetConfirmed(asked, settings) {
  /** @type {Record<string, unknown>} */
  const confirmed = { ...settings }
  for (const [name, value] of Object.entries(asked)) if (confirmed[name] === value) delete asked[name]
}

/**
 * A label, its entry, and below it the hint, or why camrec rejected what was typed.
 * @param {string} name
 * @param {string} label
 * @param {string | [Element, string]} hint with an icon if it is good news
 * @param {string | undefined} problem
 * @param {HTMLElement} entry
 * @param {HTMLElement | (HTMLElement | null)[]} shown what is drawn, if it is more than the entry
 */
function field(name, label, hint, problem, entry, shown = entry) {
  entry.setAttribute("aria-describedby", `${name}-told`)
  entry.setAttribute("aria-invalid", problem ? "true" : "false")
  return [
    h("label", { for: name }, label),
    shown,
    h("p", { id: `${name}-told`, class: problem ? "wrong" : typeof hint === "string" ? "second" : "good", role: problem ? "alert" : "status" }, problem || hint),
  ]
}

/**
 * @param {Locale} locale
 * @param {string} value
 * @param {Problems} problems
 * @param {(name: string, value: string) => void} ask
 */
function folderSetting(locale, value, problems, ask) {
  const entry = h("input", {
    class: "field", id: "folder", type: "text", spellcheck: "false", autocomplete: "off", value,
    on: { change: () => ask("folder", entry.value) },
  })
  return field("folder", locale.t("page.folder"), locale.t("page.folder_hint"), problems.folder, entry)
}

/**
 * A number with a button on each side.
 * @param {Locale} locale
 * @param {number} value
 * @param {Problems} problems
 * @param {(name: string, value: number) => void} ask
 */
function maxCamerasSetting(locale, value, problems, ask) {
  const entry = h("input", {
    class: "field figures", id: "most", type: "number", min: 1, max: MAX_CAMERAS, value,
    on: { change: () => ask("most", Number(entry.value)) },
  })
  /** @param {number} step */
  const move = (step) => () => {
    const moved = Math.min(Math.max(Number(entry.value) + step, 1), MAX_CAMERAS)
    if (moved === Number(entry.value)) return
    entry.value = String(moved)
    ask("most", moved)
  }
  const shown = h("div", { class: "counted" },
    iconButton("minus", locale.t("page.fewer"), move(-1)), entry, iconButton("plus", locale.t("page.more"), move(1)))
  return field("most", locale.t("page.most"), locale.t("page.most_hint"), problems.most, entry, shown)
}

/**
 * The browser's own settings.
 * @param {Locale} locale
 * @param {Model} model
 */
function languageAndTheme(locale, model) {
  return [
    h("p", { class: "name" }, locale.t("page.language")),
    segmentedControl("language", locale.t("page.language"), Object.entries(LANGUAGE_NAMES).map(([code, label]) => ({
      label, lang: code, checked: code === locale.language, on: () => chooseLanguage(model, code),
    }))),
    h("p", { class: "name" }, locale.t("page.theme")),
    segmentedControl("theme", locale.t("page.theme"), THEMES.map((theme) => ({
      label: locale.t(`page.theme_${theme || "system"}`), checked: theme === chosenTheme(), on: () => chooseTheme(theme),
    }))),
  ]
}
