// The live picture alone, for a notebook or any Panel page.

export function render({ model, view }) {
  const life = lifetime(model, view)
  const found = finder(model.base)
  const live = livePicture(life, () => address(`stream?session_id=${model.session_id}`, found.next(), "ws"))
  const badge = h("div", { class: "badges" })
  const figures = h("div", { class: "chip figures", hidden: true })
  const over = h("div", { class: "over" })
  const tools = h("div", { class: "tools", hidden: true })
  const box = h("figure", { class: "screen" }, live.element, over, badge, figures, tools)

  function draw() {
    const say = words(model.texts)
    const age = live.age()
    const noWay = !live.frames && !live.linked && found.lost()
    const stale = noWay || (age !== null && age >= live.patience()) || live.lost()
    const state = stale ? "stale" : "live"
    box.className = `screen ${state}`
    box.setAttribute("aria-label", say.t("page.tile", { name: model.title, state: say.t(`page.state_${state}`) }))
    fill(badge, ...badges(say, state, live.facts?.recorded != null, h("span", { class: "of" }, model.title)))
    tools.hidden = live.frames === 0
    over.className = `over ${state}`
    const { width, height, fps } = live.facts ?? {}
    figures.hidden = stale || !width
    if (width) figures.textContent = `${width}×${height} · ${say.t("page.fps", { rate: say.number(fps) })}`
    if (noWay) return fill(over, icon("warning", 26), h("p", {}, say.t("page.no_way")))
    if (!stale) return fill(over, !live.waiting() ? null : h("i", { class: "ring turning" }))
    fill(over, icon("clock", 26),
      h("p", { class: "big figures" }, live.linked ? say.t("page.no_picture_for", { length: say.length(Math.floor(age)) }) : say.t("page.no_link")),
      age === null ? null : h("p", { class: "figures" }, say.t("page.last_picture", { time: say.clock(Date.now() - age * 1000) })))
  }

  /** A still, and the full screen. */
  function drawTools() {
    const say = words(model.texts)
    fill(tools,
      iconButton("camera", say.t("page.snapshot"), () => saveStill(live, model.title, say)),
      iconButton("expand", say.t("page.expand"), () => (document.fullscreenElement ? document.exitFullscreen() : box.requestFullscreen())))
  }

  followNotebook(life, box)
  live.onChange = () => {
    if (live.linked) found.reached()
    draw()
  }
  life.watch(["texts", "title"], draw)
  life.watch(["texts"], drawTools)
  life.every(1000, draw)
  live.run(true)
  drawTools()
  draw()
  return box
}

/** JupyterLab says light or dark on its body; elsewhere the page's own color-scheme is inherited. */
function followNotebook(life, box) {
  const follow = () => {
    const light = document.body.dataset.jpThemeLight
    box.style.colorScheme = light === undefined ? "" : light === "true" ? "light" : "dark"
  }
  const watcher = new MutationObserver(follow)
  watcher.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] })
  life.add(() => watcher.disconnect())
  follow()
}
