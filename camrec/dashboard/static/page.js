// Runs in the page's head, before anything is painted: applies the theme, and shows the view that the URL names.

import { CONNECTION_LOST } from "./kit/events.js"
import { currentRoute } from "./kit/route.js"
import { applyTheme } from "./kit/theme.js"

function showView() {
  const { view, file } = currentRoute()
  document.documentElement.dataset.view = file ? "player" : view
  scrollTo(0, 0)
}

/** camrec does not answer, so nothing that needs it can be used. */
function disablePage() {
  document.documentElement.dataset.cut = ""
  for (const name of ["header", "live", "videos", "player", "plans"]) {
    const part = document.getElementById(name)
    if (part) part.inert = true
  }
}

applyTheme()
addEventListener("hashchange", showView)
addEventListener(CONNECTION_LOST, disablePage)
showView()
