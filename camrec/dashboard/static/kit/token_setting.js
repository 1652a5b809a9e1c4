// The setting of the access token. A token that was typed or generated is used only after it was confirmed.

import { button, find, h } from "./base.js"
import { serverUrl } from "./route.js"

/** @import { Locale } from "./locale.js" */
/** @import { Model } from "../wire.js" */

const TOKEN_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789" // 32 that do not look alike
const TOKEN_LENGTH = 24

/**
 * @param {Model & {facts: {token: boolean}}} model
 * @param {object} settings
 * @param {(name: string, value: string) => void} settings.ask
 * @param {() => void} settings.draw
 * @param {Record<string, string>} settings.problems
 */
export function tokenSetting(model, { ask, draw, problems }) {
  let current = "" // the token that was set here, shown until the dialog closes
  let pending = "" // a token that was typed or generated, and is not confirmed yet
  let isMade = false // it was generated here, so it is shown and can be copied

  /**
   * @param {string} token
   * @param {boolean} made
   */
  function setPending(token, made) {
    pending = token
    isMade = made
    delete problems.token
    draw()
  }

  /** @param {HTMLElement} entry */
  function make(entry) {
    const root = /** @type {ShadowRoot} */ (entry.getRootNode())
    setPending(randomToken(), true)
    find(root, "#token").focus()
  }

  return {
    reset() {
      current = pending = ""
      isMade = false
    },
    isPending: () => pending !== "",
    /**
     * camrec uses the token now: log this browser in with it.
     * @param {string} token
     */
    async accepted(token) {
      current = token
      pending = ""
      isMade = false
      if (token) await logIn(token)
    },
    /**
     * The entry, everything that is drawn with it, and the hint below it.
     * @param {Locale} locale
     */
    draw(locale) {
      const isShown = current !== "" || isMade
      const isSet = model.facts.token
      const confirm = () => pending && ask("token", pending)
      const entry = h("input", {
        class: "field", id: "token", type: isShown ? "text" : "password", spellcheck: "false", autocomplete: "new-password",
        value: pending || current, placeholder: isSet ? "••••••••" : "", readonly: current !== "" && pending === "",
        on: {
          input: () => {
            pending = entry.value
            offered.hidden = pending === ""
          },
          keydown: (/** @type {KeyboardEvent} */ { key }) => key === "Enter" && confirm(),
        },
      })
      const copy = button({ label: locale.t("page.token_copy"), on: () => copyText(entry, copy, locale.t("page.token_copied")) })
      const further = isShown ? copy
        : isSet ? button({ label: locale.t("page.token_remove"), on: () => ask("token", "") })
        : button({ label: locale.t("page.token_make"), on: () => make(entry) })
      const offered = h("div", { class: "offered", hidden: pending === "" },
        button({ label: locale.t("page.token_use"), kind: "main", class: "use", on: confirm }),
        button({ label: locale.t("page.cancel"), on: () => setPending("", false) }))
      const state = pending ? "pending" : current ? "new" : isSet ? "set" : "hint"
      return { entry, shown: [h("div", { class: "beside" }, entry, further), offered], hint: locale.t(`page.token_${state}`) }
    },
  }
}

/**
 * Copy to the clipboard; if the browser does not allow that, select the text.
 * @param {HTMLInputElement} entry
 * @param {HTMLElement} copy
 * @param {string} copied
 */
async function copyText(entry, copy, copied) {
  entry.focus()
  entry.select()
  try {
    await navigator.clipboard.writeText(entry.value)
  } catch {
    if (!document.execCommand("copy")) return
  }
  find(copy, "span").textContent = copied
}

/** A token as hard to guess as the server's, in letters that are easy to type. */
function randomToken() {
  const bytes = crypto.getRandomValues(new Uint8Array(TOKEN_LENGTH))
  return [...bytes].map((byte) => TOKEN_LETTERS[byte % TOKEN_LETTERS.length]).join("")
}

/** @param {string} token */
async function logIn(token) {
  // A header contains bytes: those of the token in UTF-8.
  const sent = String.fromCharCode(...new TextEncoder().encode(token))
  const headers = { Authorization: `Bearer ${sent}` }
  await fetch(serverUrl("login"), { method: "POST", headers }).catch(() => {}) // if it fails, the login page asks for the token
}
