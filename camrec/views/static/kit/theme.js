// Light or dark: as the system says, unless something else was chosen in this browser.

const THEME = "camrec.theme"
const CHANGED = "camrec:theme"
const systemDark = matchMedia("(prefers-color-scheme: dark)")

/** "light", "dark", or "" for the system's. */
const chosenTheme = () => localStorage.getItem(THEME) ?? ""
const isDark = () => (chosenTheme() ? chosenTheme() === "dark" : systemDark.matches)

/** Every part of the page that shows the theme hears of it: life.on(window, CHANGED, draw). */
function chooseTheme(theme) {
  if (theme) localStorage.setItem(THEME, theme)
  else localStorage.removeItem(THEME)
  document.documentElement.style.colorScheme = theme || "light dark"
  dispatchEvent(new Event(CHANGED))
}

/** The page's language from now on, in this browser. */
function chooseLanguage(model, language) {
  document.cookie = `camrec_language=${language}; path=/; max-age=31536000; samesite=lax`
  model.send_msg({ do: "speak", language })
}
