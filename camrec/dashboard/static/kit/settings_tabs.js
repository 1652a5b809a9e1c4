// The tabs of the settings: links, because a dialog may contain a `nav`. Their addresses open the settings from anywhere.

import { h } from "./base.js"

/** @import { Locale } from "./locale.js" */

export const SETTINGS_TABS = ["general", "alerts", "disk"]
const SETTINGS_HASH = /^#settings(?:\/(.*))?$/

/**
 * The tab that a hash names: "#settings/disk"; null: it names no settings.
 * @param {string} hash
 */
export function tabOfHash(hash) {
  const found = SETTINGS_HASH.exec(hash)
  return found && knownTab(found[1])
}

/**
 * The first tab, if there is none with this name.
 * @param {string | null | undefined} name
 */
export const knownTab = (name) => SETTINGS_TABS.find((each) => each === name) ?? SETTINGS_TABS[0]

/**
 * The tab that the address names; null: none. The page stays where it was, so the address does, too.
 * @param {HashChangeEvent} [change]
 */
export function takeSettingsLink(change) {
  const tab = tabOfHash(location.hash)
  if (tab === null) return null
  const before = change ? new URL(change.oldURL).hash : ""
  history.replaceState(history.state, "", before === "" || tabOfHash(before) !== null ? "#live" : before)
  change?.stopImmediatePropagation()
  return tab
}

/**
 * @param {Locale} locale
 * @param {string} current
 * @param {(tab: string) => void} choose
 */
export function settingsTabs(locale, current, choose) {
  /** @param {string} tab */
  const link = (tab) => h("a", {
    href: `#settings/${tab}`, "aria-current": tab === current ? "page" : null,
    on: {
      click: (/** @type {MouseEvent} */ event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return // another window opens it
        event.preventDefault() // what is below the dialog stays where it is
        choose(tab)
      },
    },
  }, locale.t(`page.settings_${tab}`))
  return h("nav", { class: "tabs", "aria-label": locale.t("page.settings") }, SETTINGS_TABS.map(link))
}
