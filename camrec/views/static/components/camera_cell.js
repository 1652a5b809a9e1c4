// One camera in a notebook's cell, or any Panel page: its picture, and where it may be asked for, its recording.

const FINISHED = ["saved", "failed"]

export function render({ model, view }) {
  const life = lifetime(model, view)
  const found = finder(model.base)
  const records = Boolean(model.records)
  const card = h(records ? "article" : "figure")
  const live = livePicture(life, () => address(`stream?session_id=${model.session_id}`, found.next(), "ws"), card)
  // As the page's board tells it; here it comes with the picture.
  const known = { session: { session_id: model.session_id, state: "live", retries: 0, recording: null, trouble: "", failure: null } }
  const tile = cardOf(known, live, ask)
  const picture = screen(tile, h("span", { class: "of" }, model.title))
  const tools = h("div", { class: "tools" })
  const below = controls(tile, tools)
  const saved = h("p", { class: "second saved", role: "status" })
  put(card, [picture.element, records ? h("div", { class: "body" }, below.element, saved) : null])
  if (!records) picture.element.append(tools)
  const plots = plotsOf(tile)
  const { part, tick } = partsOf(tile)
  let watched = "" // the recording that was seen while it grew

  /** What the picture's socket tells. */
  function hear() {
    if (live.linked) found.reached()
    if (live.facts) {
      known.session.retries = live.facts.retries
      known.session.waiting_for = live.facts.waiting_for
      plots.hear()
      learn(live.facts.recording)
    }
    draw()
  }

  /** `recording` as the wire has it, or null. */
  function learn(recording) {
    const { session } = known
    session.recording = recording && { ...recording, started_at: Date.parse(recording.started_at), ends_at: Date.parse(recording.ends_at) }
    if (tile.growing()) {
      watched = recording.recording_id
      session.trouble = saved.textContent = ""
    } else if (FINISHED.includes(recording?.state) && recording.recording_id === watched) {
      watched = ""
      if (recording.filename) saved.textContent = tile.say.t("page.saved_as", { file: recording.filename })
      if (recording.error) explain(recording.recording_id)
    }
  }

  const call = async (base, path, more = {}) => {
    const answer = await fetch(address(path, found.beside(base)), { headers: { "Accept-Language": tile.say.language }, ...more })
    return answer.json()
  }

  /** Begin or end a recording: by the other key, which lets a page do that and nothing else. */
  async function ask(what, { seconds } = {}) {
    const body = JSON.stringify({ session_id: model.session_id, duration: seconds })
    let problem = ""
    try {
      const told = await call(model.records, what === "record" ? "record/start" : "record/stop", { method: "POST", body })
      if (told.recording_id) learn(told)
      else problem = told.error.message
    } catch {
      problem = tile.say.t("page.no_link")
    }
    tile.answered(what, problem)
  }

  /** Why it failed: the picture's socket speaks the browser's language, which may be another. */
  async function explain(recordingId) {
    const told = await call(model.base, `record/status/${recordingId}`).catch(() => null)
    known.session.trouble = told?.error?.message ?? ""
    draw()
  }

  function draw() {
    const { say } = tile
    const noWay = !live.frames && !live.linked && found.lost()
    const without = live.closed ? "page.camera_closed" : noWay ? "page.no_way" : null // what there is to say in place of a picture
    const looks = without ? "stale" : tile.look()
    const doing = tile.mode(looks)
    const on = records && tile.growing() && live.linked
    const connecting = looks === "live" && live.waiting()
    const spoken = connecting ? "connecting" : tile.growing() && looks === "live" ? "recording" : looks
    card.className = `camera card ${looks}${on ? " on" : ""}`
    card.setAttribute("aria-label", say.t("page.tile", { name: model.title, state: say.t(`page.state_${spoken}`) }))
    part("badges", picture.marks, [looks, tile.growing(), live.waiting(), live.linked, tile.lost()], () => picture.drawBadges(looks))
    part("over", picture.over, [looks, without, live.waiting()], () => (without ? drawWithout(without) : picture.drawOver(looks)))
    part("tools", tools, [live.frames > 0], drawTools)
    if (records) part("below", below.element, [doing, below.trouble(), known.session.recording?.recording_id], () => below.draw(doing))
    saved.hidden = doing !== "ready" || !saved.textContent
    picture.drawFigures(looks)
    tick()
  }

  function drawWithout(text) {
    picture.over.className = "over stale"
    fill(picture.over, icon(live.closed ? "camera-off" : "warning", 26), h("p", {}, tile.say.t(text)))
  }

  /** A still, the statistics, and the full screen. */
  function drawTools() {
    const { say } = tile
    const box = picture.element
    tools.hidden = live.frames === 0
    fill(tools,
      iconButton("camera", say.t("page.snapshot"), () => saveStill(live, model.title, say)),
      iconButton("chart", say.t("page.statistics"), statistics, { "aria-haspopup": "dialog" }),
      iconButton("expand", say.t("page.expand"), () => (document.fullscreenElement ? document.exitFullscreen() : box.requestFullscreen())))
  }

  function statistics() {
    const scheme = getComputedStyle(card).colorScheme
    const dark = scheme.includes("dark") && (!scheme.includes("light") || matchMedia("(prefers-color-scheme: dark)").matches)
    plots.open(card, model.title, () => call(model.base, `page/plots-${dark ? "dark" : "light"}-${tile.say.language}.json`))
  }

  function speak() {
    tile.say = words(model.texts)
    draw()
  }

  followNotebook(life, card)
  live.onChange = hear
  tile.draw = draw
  life.watch(["texts", "title"], speak)
  life.every(500, draw)
  tile.say = words(model.texts)
  live.run(true)
  draw()
  return card
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
