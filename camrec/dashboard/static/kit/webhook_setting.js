// The setting of the webhook: its address, trying it, and what is sent. The page never gets the address that is set.

import { button, h } from "./base.js"

/** @import { Locale } from "./locale.js" */
/** @import { Answer, Model } from "../wire.js" */

const OCCASIONS = ["camera_lost", "ended_early", "plan_missed", "disk_full_soon", "clock_jumped", "well_again"] // as in camrec/config.py

/**
 * What the webhook gets, as in docs/wire.md. Its keys have no language.
 * @param {Locale} locale
 */
export function exampleBody(locale) {
  const camera = locale.t("page.webhook_example")
  const message = locale.t("alerts.camera_lost", { camera })
  return `{"kind": "camera_lost", "alert_id": "5f0c2ab81e9d7340",
 "at": "2026-11-25T01:10:04.120000Z", "until": null,
 "camera": ${JSON.stringify(camera)}, "camera_id": "9f86d081884c7d65",
 "recording_id": "60303ae22b998861", "plan_id": null,
 "code": "camera_lost", "message": ${JSON.stringify(message)}}`
}

/**
 * @param {Model & {facts: {webhook: boolean, webhook_when: string[]}}} model
 * @param {object} settings
 * @param {(name: string, value: string | string[]) => void} settings.ask
 * @param {() => void} settings.draw
 * @param {Record<string, string>} settings.problems
 */
export function webhookSetting(model, { ask, draw, problems }) {
  let typed = ""
  let saved = "" // what was saved here, so that leaving the field does not save it again
  /** @type {{message: string, received: boolean} | null} */
  let reply = null // what came back when it was tried
  let isTrying = false
  let isOpen = false // what is sent is shown

  function save() {
    const address = typed.trim()
    if (address === "" || address === saved) return
    saved = address
    ask("webhook", address)
  }

  function tryOut() {
    isTrying = true
    reply = null
    delete problems.try_webhook
    ask("try_webhook", typed.trim())
    draw()
  }

  function remove() {
    typed = saved = ""
    reply = null
    ask("webhook", "")
  }

  /** @param {Locale} locale */
  function addressField(locale) {
    const isSet = model.facts.webhook
    const entry = h("input", {
      class: "field", id: "webhook", type: "url", spellcheck: "false", autocomplete: "off", value: typed,
      placeholder: isSet ? "••••••••" : "https://",
      on: {
        input: () => { typed = entry.value },
        change: save,
      },
    })
    const attempt = button({ label: locale.t(isTrying ? "page.webhook_trying" : "page.webhook_try"), on: tryOut, "aria-disabled": String(isTrying) })
    const away = isSet ? button({ label: locale.t("page.webhook_remove"), on: remove }) : null
    return { entry, shown: [h("div", { class: "beside" }, entry, attempt), away ? h("div", {}, away) : null] }
  }

  /** @param {Locale} locale */
  function choices(locale) {
    const chosen = model.facts.webhook_when
    /** @param {string} occasion */
    const choice = (occasion) => {
      const box = h("input", {
        type: "checkbox", checked: chosen.includes(occasion),
        on: { change: () => ask("webhook_when", OCCASIONS.filter((each) => (each === occasion ? box.checked : chosen.includes(each)))) },
      })
      return h("label", { class: "choice" }, box, locale.t(`page.webhook_when_${occasion}`))
    }
    return h("fieldset", { class: "occasions" }, h("legend", { class: "name" }, locale.t("page.webhook_when")), OCCASIONS.map(choice))
  }

  /** @param {Locale} locale */
  function whatIsSent(locale) {
    const details = h("details", { open: isOpen, on: { toggle: () => { isOpen = details.open } } },
      h("summary", {}, locale.t("page.webhook_what")),
      h("pre", { class: "figures" }, exampleBody(locale)),
      h("p", { class: "second" }, locale.t("page.webhook_never")))
    return details
  }

  return {
    reset() {
      typed = saved = ""
      reply = null
      isTrying = isOpen = false
    },
    /**
     * What camrec answered to `webhook` or `try_webhook`.
     * @param {Answer} answer
     */
    answered({ answered, ok, given }) {
      if (answered === "webhook" && !ok) saved = ""
      if (answered !== "try_webhook") return
      isTrying = false
      reply = ok ? JSON.parse(given) : null
    },
    /**
     * The entry, what is drawn with it, and what follows the hint.
     * @param {Locale} locale
     */
    draw(locale) {
      const { entry, shown } = addressField(locale)
      const problem = problems.webhook || problems.try_webhook
      const hint = reply?.message ?? locale.t(model.facts.webhook ? "page.webhook_set" : "page.webhook_hint")
      return { entry, shown, hint, problem, isGood: reply?.received ?? false, further: [model.facts.webhook ? choices(locale) : null, whatIsSent(locale)] }
    },
  }
}
