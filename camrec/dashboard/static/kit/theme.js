// Light or dark: the system's theme, unless the user chose another one in this browser.

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
 * Change the page's language, and remember it in this browser.
 * @param {Model} model
 * @param {string} language
 */
export function chooseLanguage(model, language) {
  document.cookie = `camrec_language=${language}; path=/; max-age=31536000; samesite=lax`
  model.send_msg({ do: "set_language", language })
}
