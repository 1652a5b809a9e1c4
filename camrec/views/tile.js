// One camera: its picture, its state, and its recording, in one card.

const LENGTHS = [60, 300, 3600, 5400, 7200]
const LONGEST = 86_400
const UNITS = { seconds: 1, minutes: 60, hours: 3600 }
const FULL = 0.97 // of the free space that a recording may ask for
const REMEMBERED = "camrec.length"
const GROWING = ["writing", "waiting"]

export function render({ model, view }) {
  const life = lifetime(model, view)
  const live = livePicture(life, () =>
    address(`stream?session_id=${model.session.session_id}&mode=page`, model.base, "ws"))
  const tile = h("article", { class: "camera card" })
  const badges = h("div", { class: "badges" })
  const figures = h("div", { class: "chip figures", hidden: true })
  const over = h("div", { class: "over" })
  const screen = h("div", { class: "screen" }, live.canvas, over, badges, figures)
  const title = h("header", { class: "title" })
  const controls = h("div", { class: "controls" })
  tile.append(screen, h("div", { class: "body" }, title, controls))

  let say = words(model.texts)
  let chosen = LENGTHS.includes(Number(sessionStorage.getItem(REMEMBERED))) ? Number(sessionStorage.getItem(REMEMBERED)) : 300
  let other = null // {number, unit} while "Other…" is chosen
  let asked = null // what was asked of camrec and is not answered yet
  let trouble = "" // why what was asked last was not done
  let toldAt = performance.now() // when camrec last told of this camera
  let drawn = {} // what each part was last drawn for
  let tick = () => {}

  const ask = (what, more = {}) => {
    if (asked !== null) return
    asked = what
    trouble = ""
    model.send_msg({ do: what, ...more })
    draw()
  }

  const recording = () => model.session.recording
  const growing = () => recording() !== null && GROWING.includes(recording().state)

  /** How the tile looks: the session's state, and "stale" as soon as the picture is old. */
  function look() {
    const { state } = model.session
    if (state === "opening" || state === "failed") return state
    const age = live.age()
    return state === "stale" || (age !== null && age >= live.patience()) ? "stale" : "live"
  }

  // ---- the picture ----

  function drawBadges(looks) {
    const on = growing()
    const list = []
    if (looks === "live" && on) list.push(h("span", { class: "chip recording" }, h("i", { class: "dot pulse" }), say.t("page.badge_recording")))
    else list.push(h("span", { class: `chip ${looks}` }, h("i", { class: "dot" }), say.t(`page.badge_${looks}`)))
    if (looks === "stale" && on) list.push(h("span", { class: "chip waiting" }, h("i", { class: "ring" }), say.t("page.badge_recording")))
    fill(badges, list)
  }

  function drawFigures(looks) {
    const facts = live.facts
    const shown = looks === "live" && facts !== null && facts.width > 0
    figures.hidden = !shown
    if (!shown) return
    const rate = say.number(facts.fps, facts.fps < 9.5 && Math.abs(facts.fps - Math.round(facts.fps)) > 0.05 ? 1 : 0)
    figures.textContent = `${facts.width}×${facts.height} · ${say.t("page.fps", { rate })}`
  }

  function drawOver(looks) {
    over.className = `over ${looks}`
    over.removeAttribute("role")
    if (looks === "live") return fill(over, live.frames ? null : h("i", { class: "ring turning" }))
    if (looks === "opening") return drawOpening()
    if (looks === "failed") return drawFailed()
    over.setAttribute("role", "status")
    const lines = [h("p", { class: "big figures" }), h("p", { class: "figures" }), h("p", { class: "small" })]
    fill(over, icon("clock", 26), lines)
    tick = () => {
      const age = live.age()
      lines[0].textContent = age === null ? say.t("page.badge_stale") : say.t("page.no_picture_for", { length: say.length(Math.floor(age)) })
      lines[1].textContent = age === null ? "" : say.t("page.last_picture", { time: say.clock(Date.now() - age * 1000) })
      lines[2].textContent = live.linked ? say.t("page.trying", { number: model.session.retries + 1 }) : say.t("page.no_link")
    }
  }

  function drawOpening() {
    const { attempt, tries, seen, wanted, host, proxy_ready } = model.session
    over.setAttribute("role", "status")
    const step = (state, text) =>
      h("li", { class: state }, state === "done" ? icon("check-circle", 22) : h("i", { class: state === "now" ? "ring turning" : "ring" }), text)
    const reached = seen > 0
    fill(over,
      h("p", { class: "big" }, say.t("page.reaching")),
      h("p", {}, say.t("page.attempt", { number: attempt, most: tries })),
      h("ol", { class: "steps figures" },
        step(proxy_ready ? "done" : "now", say.t(proxy_ready ? "page.proxy_ready" : "page.proxy_starting")),
        step(reached ? "done" : proxy_ready ? "now" : "later", say.t(reached ? "page.connected_to" : "page.connecting_to", { host })),
        step(reached ? "now" : "later", say.t("page.waiting_pictures", { seen: Math.min(seen, wanted), most: wanted }))),
      button({ label: say.t("page.cancel"), on: () => ask("close") }))
  }

  function drawFailed() {
    over.setAttribute("role", "alert")
    const { failure } = model.session
    fill(over,
      h("span", { class: "disc" }, icon("camera-off", 28)),
      h("p", { class: "big" }, failure.title),
      h("p", { class: "fact" }, failure.fact))
  }

  // ---- the name and its buttons ----

  function drawTitle(looks) {
    const { name, kind, video_codec, audio_codec } = model.session
    const parts = [kind === "mjpeg" ? "MJPEG" : "RTSP", kind === "mjpeg" ? null : video_codec]
    if (video_codec) parts.push(audio_codec ? say.t("page.sound", { codec: audio_codec }) : say.t("page.no_sound"))
    const seen = live.frames > 0 && (looks === "live" || looks === "stale")
    fill(title,
      h("div", { class: "names" }, h("h2", {}, name), h("p", { class: "second" }, parts.filter(Boolean).join(" · "))),
      h("div", { class: "icons" },
        seen && looks === "live" ? iconButton("camera", say.t("page.snapshot"), still) : null,
        seen && looks === "live" ? iconButton("expand", say.t("page.expand"), () => screen.requestFullscreen()) : null,
        iconButton("close", say.t("page.close"), close)))
  }

  function still() {
    live.canvas.toBlob((blob) => {
      const date = new Date(live.captured)
      const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
      const link = h("a", { href: URL.createObjectURL(blob), download: `${model.session.name} ${day} ${say.clock(date).replaceAll(":", "-")}.png` })
      link.click()
      URL.revokeObjectURL(link.href)
    }, "image/png")
  }

  function close() {
    if (!growing()) return ask("close")
    const box = dialog(tile, { "aria-labelledby": "closing" },
      h("h2", { class: "heading", id: "closing" }, say.t("page.close_title")),
      h("p", {}, say.t("page.close_text")),
      h("div", { class: "choices" },
        button({ label: say.t("page.close_keep"), on: () => box.close(), autofocus: true }),
        button({ label: say.t("page.close_save"), kind: "main", on: () => { box.close(); ask("close") } })))
  }

  // ---- the controls ----

  function drawControls(mode) {
    controls.className = `controls ${mode}`
    if (mode === "opening") return fill(controls, h("div", { class: "blank" }), h("div", { class: "blank" }))
    if (mode === "failed") return drawChecks()
    if (mode === "saving") return fill(controls, h("p", { class: "saving", role: "status" }, h("i", { class: "ring turning" }), say.t("page.saving")))
    if (mode === "recording") return drawRecording()
    return drawReady(mode === "ready")
  }

  function drawChecks() {
    const { failure } = model.session
    fill(controls,
      failure.checks.length ? [h("h3", {}, say.t("page.what_to_check")), h("ul", { class: "second" }, failure.checks.map((line) => h("li", {}, line)))] : null,
      h("div", { class: "choices" },
        button({ label: say.t("page.retry"), kind: "main", on: () => ask("retry") }),
        button({ label: say.t("page.change_address"), on: () => ask("change") }),
        button({ label: say.t("page.remove"), kind: "link", on: () => ask("close") })),
      problem())
  }

  const problem = () => (trouble || model.session.trouble ? h("p", { class: "problem", role: "alert" }, icon("warning", 18), trouble || model.session.trouble) : null)

  /** Seconds that are asked for; NaN while "Other…" holds no sensible number. */
  function seconds() {
    if (other === null) return chosen
    const length = Math.round(Number(other.number.replace(",", ".")) * UNITS[other.unit])
    return length >= 1 && length <= LONGEST ? length : NaN
  }

  /** The longest recording that the free space holds, in seconds; whole minutes where there are two. */
  function longest() {
    const rate = live.facts?.bit_rate ?? 0
    if (rate <= 0) return LONGEST
    const room = Math.min(LONGEST, (model.free * FULL * 8) / rate)
    return room >= 120 ? Math.floor(room / 60) * 60 : Math.floor(room)
  }

  function drawReady(enabled) {
    const group = `length-${model.session.session_id}`
    const segment = (label, checked, on) =>
      h("label", {}, h("input", { type: "radio", name: group, checked, on: { change: on } }), h("span", {}, label))
    const choose = (length) => {
      chosen = length
      other = null
      sessionStorage.setItem(REMEMBERED, length)
      tick()
    }
    const number = h("input", {
      class: "field figures", inputmode: "decimal", value: other?.number ?? "10", "aria-label": say.t("page.other_number"),
      on: { input: () => { other.number = number.value; tick() } },
    })
    const unit = h("select", {
      class: "field", "aria-label": say.t("page.unit"), on: { change: () => { other.unit = unit.value; tick() } },
    }, Object.keys(UNITS).map((name) => h("option", { value: name }, say.t(`page.${name}`))))
    unit.value = other?.unit ?? "minutes"
    const field = h("div", { class: "other" }, number, unit)
    const press = button({ label: "", kind: "main", class: "press", disabled: !enabled,
      on: () => ask("record", { seconds: Math.min(seconds(), longest()) }) })
    const hint = h("p", { class: "hint second figures" })
    fill(controls,
      h("fieldset", { class: "segment", disabled: !enabled },
        h("legend", { class: "unseen" }, say.t("page.length")),
        LENGTHS.map((length) => segment(say.length(length), other === null && chosen === length, () => choose(length))),
        segment(say.t("page.other_length"), other !== null, () => {
          other = { number: number.value, unit: unit.value }
          tick()
          number.select()
        })),
      h("div", { class: "go" }, field, press),
      problem() ?? hint)
    press.prepend(h("i", { class: "dot" }))
    tick = () => {
      const wanted = seconds()
      const most = longest()
      const rate = live.facts?.bit_rate ?? 0
      const size = (length) => say.size((length * rate) / 8)
      const label = press.querySelector("span")
      field.hidden = other === null
      hint.className = "hint second figures"
      press.disabled = !enabled || Number.isNaN(wanted) || most < 1
      press.setAttribute("aria-busy", asked === "record")
      if (Number.isNaN(wanted)) {
        label.textContent = say.t("page.record_plain")
        hint.textContent = say.t("page.bad_length")
      } else if (wanted > most) {
        label.textContent = most < 1 ? say.t("page.record_plain") : say.t("page.record_instead", { length: say.length(most) })
        hint.className = "hint figures short"
        const told = { length: say.length(wanted), size: size(wanted), free: say.size(model.free) }
        fill(hint, icon("warning", 16), h("span", {}, say.t(most < 1 ? "page.nothing_fits" : "page.will_not_fit", told)))
      } else {
        label.textContent = say.t("page.record", { length: say.length(wanted) })
        const time = say.minute(now() + wanted * 1000)
        hint.textContent = rate > 0 ? say.t("page.hint", { size: size(wanted), time }) : say.t("page.hint_time", { time })
      }
      if (!enabled) hint.textContent = NBSP
    }
  }

  function drawRecording() {
    const { duration, started_at, ends_at } = recording()
    const timer = h("span", { class: "timer figures" })
    const left = h("b", {})
    const strip = h("div", { class: "strip", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": duration, "aria-label": say.t("page.recordings", { count: 1 }) })
    const written = h("p", { class: "second figures written-line" })
    const state = h("i", {})
    const waiting = h("p", { class: "waiting-line", hidden: true }, icon("clock", 18), say.t("page.waiting_camera"))
    fill(controls,
      h("div", { class: "timer-row" },
        h("span", { class: "count" }, state, timer, h("span", { class: "second figures" }, say.t("page.of_length", { length: say.length(duration) }))),
        button({ label: say.t("page.stop_and_save"), icon: "stop", on: () => ask("stop") })),
      strip,
      h("p", { class: "ends second figures" }, h("span", {}, say.minute(started_at)), left, h("span", {}, say.minute(ends_at))),
      problem() ?? written, waiting)
    tick = () => {
      const elapsed = Math.min(Math.max(0, (now() - started_at) / 1000), duration)
      const away = look() === "stale"
      const missing = gaps(elapsed, away)
      const lost = missing.reduce((sum, gap) => sum + gap.duration, 0)
      const percent = (value) => `${(100 * value) / duration}%`
      timer.textContent = say.timer(elapsed)
      left.textContent = say.t("page.left", { length: say.left(Math.max(0, duration - elapsed)) })
      state.className = away ? "ring" : "dot pulse"
      waiting.hidden = !away
      strip.setAttribute("aria-valuenow", Math.floor(elapsed))
      strip.setAttribute("aria-valuetext", say.t("page.progress", { elapsed: say.length(elapsed), length: say.length(duration) }))
      fill(strip, h("i", { class: "written", style: { left: 0, width: percent(elapsed) } }),
        missing.map((gap) => h("i", { class: "missing", style: { left: percent(gap.start), width: percent(gap.duration) } })))
      const rate = away ? 0 : (live.facts?.bit_rate ?? 0)
      fill(written, `${say.size(bytes(rate))} · ${say.rate(rate)} · `,
        missing.length ? h("b", { class: "gaps" }, say.t("page.gaps", { count: missing.length, length: say.length(Math.max(1, lost)) })) : say.t("page.no_gap"))
    }
  }

  /** What is on the disk: as camrec told last, and what has come since at the camera's rate. */
  function bytes(rate) {
    return recording().bytes + (rate / 8) * ((performance.now() - toldAt) / 1000)
  }

  /** The gaps that camrec told of, and the one that is growing now. */
  function gaps(elapsed, away) {
    const told = recording().gaps
    if (!away) return told
    const start = Math.max(0, elapsed - (live.age() ?? 0))
    const known = told.filter((gap) => gap.start + gap.duration < start - 1)
    return [...known, { start, duration: elapsed - start }]
  }

  // ---- all of it ----

  /** camrec's clock: this browser's, unless the two are clearly apart. */
  const now = () => Date.now() - (Math.abs(live.behind) > 2000 ? live.behind : 0)

  function mode(looks) {
    if (looks === "opening" || looks === "failed") return looks
    if (growing()) return "recording"
    if (recording()?.state === "finalising") return "saving"
    return looks === "live" ? "ready" : "away"
  }

  /** Draw what has changed; a part that has not keeps its elements, and with them the focus. */
  function draw() {
    const looks = look()
    const doing = mode(looks)
    const { session } = model
    const on = growing() && looks !== "failed"
    tile.className = `camera card ${looks}${on ? " on" : ""}`
    const spoken = on && looks === "live" ? "recording" : looks
    tile.setAttribute("aria-label", say.t("page.tile", { name: session.name, state: say.t(`page.state_${spoken}`) }))
    const { attempt, seen, proxy_ready, failure, name, video_codec, audio_codec } = session
    part("badges", badges, [looks, on], () => drawBadges(looks))
    part("over", over, [looks, attempt, seen, proxy_ready, failure, live.frames > 0], () => drawOver(looks))
    part("title", title, [looks, name, video_codec, audio_codec, live.frames > 0], () => drawTitle(looks))
    part("controls", controls, [doing, trouble, session.trouble, failure, doing === "recording" ? recording().recording_id : null], () => drawControls(doing))
    drawFigures(looks)
    tick = () => Object.values(drawn).forEach((each) => each.tick())
    tick()
  }

  function part(name, element, facts, redraw) {
    const key = JSON.stringify([facts, say.language])
    if (drawn[name]?.key === key) return
    const held = element.contains(element.getRootNode().activeElement)
    tick = () => {}
    redraw()
    drawn[name] = { key, tick }
    if (held) element.querySelector("button:not(:disabled)")?.focus()
  }

  function changed() {
    say = words(model.texts)
    toldAt = performance.now()
    live.run(["live", "stale"].includes(model.session.state))
    draw()
  }
  live.onChange = () => draw()
  life.watch(["session", "texts", "free"], changed)
  life.watch("msg:custom", ({ answered, problem: told }) => {
    if (answered === asked) asked = null
    trouble = told
    draw()
  })
  life.every(500, () => draw())
  changed()
  return tile
}
