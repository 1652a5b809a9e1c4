// camrec's dashboard as a side panel of JupyterLab, next to the launcher's tile.
//
// A prebuilt extension in the form that JupyterLab loads (a container of module federation), written by
// hand: so small that it needs no build. The dashboard's server starts when the panel is first shown.

const ICON = `<svg viewBox="0 0 26 26" width="16" height="16" aria-hidden="true">
  <rect class="jp-icon3" width="26" height="26" rx="7" fill="#616161"/><circle cx="13" cy="13" r="5.5" fill="#f0324a"/></svg>`

let shared // what JupyterLab lends: name -> version -> {get}

/** The module that JupyterLab itself uses. */
async function lent(name) {
  const [found] = Object.values(shared[name])
  return (await found.get())()
}

async function extension() {
  const { Widget } = await lent("@lumino/widgets")

  class Dashboard extends Widget {
    constructor(url) {
      super()
      this.id = "camrec-dashboard"
      this.title.caption = "camrec"
      this.title.icon = { render: (host) => void (host.innerHTML = ICON) }
      this.node.style.minWidth = "360px"
      this.url = url
    }

    onBeforeShow() {
      if (this.node.firstChild) return
      const frame = document.createElement("iframe")
      Object.assign(frame, { src: this.url, title: "camrec", allow: "fullscreen" })
      Object.assign(frame.style, { width: "100%", height: "100%", border: 0 })
      this.node.append(frame)
    }
  }

  return {
    id: "camrec:dashboard",
    description: "camrec's dashboard as a side panel.",
    autoStart: true,
    activate: (app) => app.shell.add(new Dashboard(`${app.serviceManager.serverSettings.baseUrl}camrec/`), "right", { rank: 900 }),
  }
}

;(window._JUPYTERLAB ??= {}).camrec = {
  init: (scope) => void (shared = scope),
  get: async () => {
    const plugin = await extension()
    return () => ({ __esModule: true, default: plugin })
  },
}
