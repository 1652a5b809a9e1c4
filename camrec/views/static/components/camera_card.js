// One camera: its picture, its state, and its recording, in one card.

export function render({ model, view }) {
  const life = lifetime(model, view)
  const live = livePicture(life, () =>
    address(`stream?session_id=${model.session.session_id}`, model.base, "ws"))
  const tile = cardOf(model, live, (what, more) => model.send_msg({ do: what, ...more }))
  const picture = screen(tile)
  let large = false
  const title = h("header", { class: "title" })
  const below = controls(tile)
  const ahead = h("div", { class: "ahead" })
  const card = h("article", { class: "camera card" }, picture.element, h("div", { class: "body" }, title, below.element, ahead))

  function drawTitle(looks) {
    const { say } = tile
    const { name, kind, video_codec, audio_codec } = model.session
    const sound = audio_codec ? say.t("page.sound", { codec: audio_codec }) : say.t("page.no_sound")
    const parts = [kind === "mjpeg" ? "MJPEG" : "RTSP", kind === "mjpeg" ? null : video_codec, video_codec ? sound : null]
    const moving = looks === "live" && live.frames > 0
    fill(title,
      h("div", { class: "names" }, h("h2", { title: name }, name), h("p", { class: "second" }, parts.filter(Boolean).join(" · "))),
      h("div", { class: "icons" },
        moving ? iconButton("camera", say.t("page.snapshot"), still) : null,
        looks === "live" || looks === "stale"
          ? iconButton("chart", say.t("page.statistics"), () => model.send_msg({ do: "statistics", dark: isDark(), east: -new Date().getTimezoneOffset() }), { "aria-haspopup": "dialog" })
          : null,
        iconButton(large ? "shrink" : "large", `${say.t(large ? "page.small" : "page.large")} (${number()})`, () => enlarge(!large),
          { class: "icon-button size", "aria-pressed": large ? "true" : "false" }),
        moving ? iconButton("expand", `${say.t("page.expand")} (f)`, () => picture.element.requestFullscreen()) : null,
        iconButton("close", say.t("page.close"), close)))
  }

  // ---- its size: as the others, or as wide as the page ----

  const cameras = () => [...(view.el.parentNode?.children ?? [])].filter((each) => each.dataset.camera !== undefined)
  const number = () => cameras().indexOf(view.el) + 1

  /** Of all cameras at most one is large. */
  const enlarge = (wanted) => dispatchEvent(new CustomEvent(LARGE, { detail: wanted ? model.session.session_id : null }))

  function resize({ detail }) {
    large = detail === model.session.session_id
    view.el.classList.toggle("large", large)
    view.el.style.gridColumn = large ? "1 / -1" : ""
    draw()
    if (large) view.el.scrollIntoView({ block: "nearest" })
  }

  /** Whose picture the key for the full screen means: the large one, the one with the focus, the only one. */
  const meant = () => large || (!cameras().some((each) => each.classList.contains("large"))
    && (card.getRootNode().activeElement !== null || cameras().length === 1))

  function fullScreen() {
    if (document.fullscreenElement) return void document.exitFullscreen()
    if (!meant() || live.frames === 0) return false
    picture.element.requestFullscreen()
  }

  const still = () => saveStill(live, model.session.name, tile.say)

  /** Asks where something would be lost by it: what is recorded ends, what is scheduled is not recorded. */
  function close() {
    const { scheduled } = model.session
    if (!tile.growing() && scheduled.length === 0) return tile.ask("close")
    const { say } = tile
    const [keep, go] = tile.growing() ? ["page.close_keep", "page.close_save"] : ["page.close_keep_open", "page.close_now"]
    const next = scheduled[0] && { count: scheduled.length, when: whenOf(say, scheduled[0].starts_at, tile.now()), length: say.length(scheduled[0].duration) }
    const end = () => {
      box.close()
      tile.ask("close")
    }
    const box = dialog(card, { "aria-labelledby": "closing" },
      h("h2", { class: "heading", id: "closing" }, say.t("page.close_title")),
      tile.growing() ? h("p", {}, say.t("page.close_text")) : null,
      next ? h("p", {}, say.t("page.close_scheduled", next)) : null,
      h("div", { class: "choices" },
        button({ label: say.t(keep), on: () => box.close(), autofocus: true }),
        button({ label: say.t(go), kind: "main", on: end })))
  }

  const { part, tick } = partsOf(tile)

  function draw() {
    const looks = tile.look()
    const doing = tile.mode(looks)
    const on = tile.growing() && looks !== "failed"
    const { attempt, seen, proxy_ready, waiting_for, failure, name, video_codec, audio_codec, recording, scheduled } = model.session
    const spoken = on && looks === "live" ? "recording" : looks
    card.className = `camera card ${looks}${on && live.linked ? " on" : ""}`
    card.setAttribute("aria-label", tile.say.t("page.tile", { name, state: tile.say.t(`page.state_${spoken}`) }))
    part("badges", picture.marks, [looks, on, live.waiting(), live.linked, tile.lost()], () => picture.drawBadges(looks))
    part("over", picture.over, [looks, attempt, seen, proxy_ready, waiting_for, failure, live.waiting()], () => picture.drawOver(looks))
    part("title", title, [looks, large, number(), name, video_codec, audio_codec, live.frames > 0], () => drawTitle(looks))
    part("ahead", ahead, [scheduled, new Date(tile.now()).toDateString()], () => drawScheduled(tile, ahead))
    part("below", below.element, [doing, below.trouble(), failure, recording?.recording_id], () => below.draw(doing))
    picture.drawFigures(looks)
    tick()
  }

  function changed() {
    tile.say = words(model.texts)
    below.told()
    live.run(["live", "stale"].includes(model.session.state))
    draw()
  }

  view.el.dataset.camera = ""
  const digits = Object.fromEntries([..."123456789"].map((digit) => [digit, () => (number() === Number(digit) ? enlarge(!large) : false)]))
  hotkeys(life, () => card.checkVisibility(), { ...digits, f: fullScreen, Escape: () => (large ? enlarge(false) : false) })
  life.on(window, LARGE, resize)
  life.on(window, CUT_OFF, () => {
    tile.cutOff = true
    draw()
  })
  live.onChange = tile.draw = draw
  life.watch(["session", "texts"], changed)
  life.watch("msg:custom", ({ answered, problem }) => tile.answered(answered, problem))
  life.every(500, draw)
  changed()
  return card
}
