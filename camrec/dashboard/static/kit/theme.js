// Light or dark: as the system says, unless something else was chosen in this browser.

import { THEME_CHANGED } from "./events.js"

/** @import { Model } from "../wire.js" */

const THEME_KEY = "camrec.theme"
export const systemDark = matchMedia("(prefers-color-scheme: dark)")

/** "light", "dark", or "" for the system's. */
export const chosenTheme = () => localStorage.getItem(THEME_KEY) ?? ""
export const isDark = () => (chosenTheme() ? chosenTheme() === "dark" : systemDark.matches)

export function applyTheme() {
  document.documentElement.style.colorScheme = chosenTheme() || "light dark"
}

/**
 * Every part of the page that shows the theme follows THEME_CHANGED.
 * @param {string} theme
 */
export function chooseTheme(theme) {
  if (theme) localStorage.setItem(THEME_KEY, theme)
  else localStorage.removeItem(THEME_KEY)
  applyTheme()
  dispatchEvent(new Event(THEME_CHANGED))
}

/**
 * The page's language from now on, in this browser.
 * @param {Model} model
 * @param {string} language
 */
export function chooseLanguage(model, language) {
  document.cookie = `camrec_language=${language}; path=/; max-age=31536000; samesite=lax`
  model.send_msg({ do: "set_language", language })
}
