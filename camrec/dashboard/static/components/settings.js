// The settings: a dialog that the header and the banner open. A choice takes effect at once. If camrec rejects a field,
// the field says why and keeps what was typed.

import { button, dialog, fill, find, focusBeside, focusedElement, h, iconButton } from "../kit/base.js"
import { OPEN_SETTINGS, THEME_CHANGED } from "../kit/events.js"
import { diskSettings } from "../kit/disk_settings.js"
import { lifetime } from "../kit/lifetime.js"
import { createLocale } from "../kit/locale.js"
import { segmentedControl } from "../kit/segmented_control.js"
import { chooseLanguage, chooseTheme, chosenTheme } from "../kit/theme.js"
import { tokenSetting } from "../kit/token_setting.js"
import { drawingAfterTyping } from "../kit/typing.js"
import { webhookSetting } from "../kit/webhook_setting.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { Answer, Model, RenderArguments, Settings } from "../wire.js" */
/** @typedef {Record<string, string>} Problems by field: why camrec rejected it */

const THEMES = ["", "light", "dark"]
const LANGUAGE_NAMES = { fr: "Français", en: "English" } // each in its own language
const KEEP_THEIR_TEXT = ["token", "webhook"]
const FOCUSABLE = "button, input, summary"
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
  const news = drawingAfterTyping(draw, KEEP_THEIR_TEXT)
  /** @type {HTMLDialogElement | null} */
  let box = null
  /** @type {HTMLElement | null} */
  let form = null

  function open() {
    if (box?.open) return
    const opener = focusedElement() // gets the focus back when the dialog closes
    form = h("div", { class: "form", on: news.on })
    for (const name of ["most", "folder", "token", "webhook", "webhook_when", "try_webhook", "retention_bytes", "retention_days", "when_full"]) {
      delete problems[name]
      delete asked[name]
    }
    token.reset()
    webhook.reset()
    draw()
    box = dialog(root, { "aria-labelledby": "settings", class: "settings" }, form)
    box.addEventListener("close", () => opener?.focus())
  }

  const close = () => box?.close()

  /** Close, unless there is a new token that is not used yet: the user would think that it is. */
  function done() {
    if (!token.isPending()) return close()
    problems.token = createLocale(model.texts).t("page.token_pending")
    draw()
    if (form) find(form, ".use").focus()
  }

  /**
   * @param {string} name
   * @param {number | string | string[]} value
   */
  function ask(name, value) {
    asked[name] = value
    model.send_msg({ do: name, [name]: value })
  }

  function draw() {
    if (form === null) return
    const locale = createLocale(model.texts)
    const focused = [...form.querySelectorAll(FOCUSABLE)].findIndex((each) => form && each === focusBeside(form))
    const { entry, shown, hint } = token.draw(locale)
    const alerts = webhook.draw(locale)
    fill(form,
      h("header", {}, h("h2", { id: "settings" }, locale.t("page.settings")), iconButton("close", locale.t("page.settings_close"), close)),
      languageAndTheme(locale, model),
      ownSettings(locale, { ...model.facts, ...asked }, problems, ask),
      diskSettings(locale, { ...model.facts, ...asked }, { problems, ask, draw, field }),
      field("token", locale.t("page.token"), hint, problems.token, entry, shown),
      field("webhook", locale.t("page.webhook"), alerts.hint, alerts.problem, alerts.entry, alerts.shown),
      alerts.further,
      h("div", { class: "end" }, button({ label: locale.t("page.done"), kind: token.isPending() ? "plain" : "main", on: done })))
    if (focused >= 0) /** @type {HTMLElement | undefined} */ (form.querySelectorAll(FOCUSABLE)[focused])?.focus()
  }

  life.on(window, OPEN_SETTINGS, open)
  life.on(window, THEME_CHANGED, draw)
  life.watch(["texts"], draw)
  life.watch(["facts"], () => {
    forgetConfirmed(asked, model.facts)
    news.draw()
  })
  life.watch("msg:custom", async (/** @type {Answer} */ answer) => {
    const { answered, ok, problem } = answer
    webhook.answered(answer)
    if (answered !== "token") delete asked[answered === "most" || answered === "folder" ? "" : answered]
    if (answered === "token") {
      const value = asked.token
      delete asked.token
      if (ok) await token.accepted(value)
    }
    problems[answered] = problem
    news.draw()
  })
  life.add(close)
  return root
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
 * @param {string} hint
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
    h("p", { id: `${name}-told`, class: problem ? "wrong" : "second", role: problem ? "alert" : "status" }, problem || hint),
  ]
}

/**
 * The settings that are shown as they are.
 * @param {Locale} locale
 * @param {Settings} values
 * @param {Problems} problems
 * @param {(name: string, value: number | string) => void} ask
 */
function ownSettings(locale, values, problems, ask) {
  const most = maxCamerasField(locale, values.most, (value) => ask("most", value))
  const folder = folderField(values.folder, (value) => ask("folder", value))
  return [
    field("most", locale.t("page.most"), locale.t("page.most_hint"), problems.most, most.entry, most.shown),
    field("folder", locale.t("page.folder"), locale.t("page.folder_hint"), problems.folder, folder),
  ]
}

/**
 * @param {string} value
 * @param {(value: string) => void} changed
 */
function folderField(value, changed) {
  const entry = h("input", {
    class: "field", id: "folder", type: "text", spellcheck: "false", autocomplete: "off", value,
    on: { change: () => changed(entry.value) },
  })
  return entry
}

/**
 * A number with a button on each side.
 * @param {Locale} locale
 * @param {number} value
 * @param {(value: number) => void} changed
 */
function maxCamerasField(locale, value, changed) {
  const entry = h("input", {
    class: "field figures", id: "most", type: "number", min: 1, max: MAX_CAMERAS, value,
    on: { change: () => changed(Number(entry.value)) },
  })
  /** @param {number} step */
  const move = (step) => () => {
    const moved = Math.min(Math.max(Number(entry.value) + step, 1), MAX_CAMERAS)
    if (moved === Number(entry.value)) return
    entry.value = String(moved)
    changed(moved)
  }
  const shown = h("div", { class: "counted" },
    iconButton("minus", locale.t("page.fewer"), move(-1)), entry, iconButton("plus", locale.t("page.more"), move(1)))
  return { entry, shown }
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
