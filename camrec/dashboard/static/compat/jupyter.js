// What the views in a notebook use of JupyterLab's page beyond what it documents, as in bokeh.js.

/**
 * The path of Jupyter on its server, such as "/user/ana/"; null on any other page.
 *
 * Library: JupyterLab 3 to 4 and Notebook 7, the element "jupyter-config-data"; its `PageConfig` reads the same.
 * Reason: the page reaches the kernel's server through Jupyter's proxy, and must know where that is.
 * If it is gone: find what `PageConfig.getBaseUrl` of @jupyterlab/coreutils reads.
 * @returns {string | null}
 */
export function jupyterBaseUrl() {
  try {
    return JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "null").baseUrl ?? null
  } catch {
    return null
  }
}

/**
 * Call `listener` when JupyterLab's theme changes. Returns what ends it.
 * @param {() => void} listener
 */
export function onJupyterTheme(listener) {
  const observer = new MutationObserver(listener)
  observer.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] })
  return () => observer.disconnect()
}

/**
 * The color scheme of JupyterLab's theme; empty on any other page, whose own scheme is inherited.
 *
 * Library: JupyterLab 3 to 4 and Notebook 7, the attribute "data-jp-theme-light" of the body.
 * Reason: JupyterLab does not set `color-scheme` on its page.
 * If it is gone: see whether the theme sets `color-scheme` now.
 * @returns {"" | "light" | "dark"}
 */
export function jupyterColorScheme() {
  const light = document.body.dataset.jpThemeLight
  if (light === undefined) return ""
  return light === "true" ? "light" : "dark"
}
