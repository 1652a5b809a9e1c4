// What is under a tile's picture: the length and Record, the recording that runs, or what to check.
// Each function draws into the element and gives back what has to be done every moment, if anything.

/** `tile` as looks.js makes it; `tools` stand beside Record, and beside what was written. */
function controls(tile, tools = null) {
  const { model, live } = tile
  const element = h("div", { class: "controls" })
  const whose = model.session.session_id
  let { seconds: chosen, other } = rememberedLength(whose) // other: {number, unit} while "Other…" is chosen
  let toldAt = performance.now() // when camrec last told of this camera

  const trouble = () => tile.trouble || model.session.trouble
  const problem = () => (trouble() ? h("p", { class: "problem", role: "alert" }, icon("warning", 18), trouble()) : null)

  function draw(mode) {
    element.className = `controls ${mode}`
    return { opening, failed, saving, recording, ready: () => ready(true), away: () => ready(false) }[mode]()
  }

  const opening = () => void fill(element, h("div", { class: "blank" }), h("div", { class: "blank" }))

  const saving = () =>
    void fill(element, h("p", { class: "saving", role: "status" }, h("i", { class: "ring turning" }), tile.say.t("page.saving")))

  function failed() {
    const { say, ask } = tile
    const { checks } = model.session.failure
    fill(element,
      checks.length ? [h("h3", {}, say.t("page.what_to_check")), h("ul", {}, checks.map((line) => h("li", {}, line)))] : null,
      h("div", { class: "choices" },
        button({ label: say.t("page.retry"), kind: "main", on: () => ask("retry") }),
        button({ label: say.t("page.change_address"), on: () => ask("change") }),
        button({ label: say.t("page.remove"), kind: "link", on: () => ask("close") })),
      report(),
      problem())
  }

  /** What passed between camrec and the camera, as a file to pass on: the camera is called once more. */
  function report() {
    const { say } = tile
    const told = h("span", { class: "second", role: "status" })
    const save = button({
      label: say.t("page.report"), icon: "download", kind: "link", title: say.t("page.report_title"),
      on: async () => {
        save.disabled = true
        fill(told, say.t("page.report_running"))
        const reply = await fetch(address(`session/${whose}/report`, model.base)).catch(() => null)
        fill(told, reply?.ok ? "" : say.t("page.report_failed"))
        save.disabled = false
        if (reply?.ok) saveFile(await reply.blob(), `camrec report ${model.session.name}.zip`)
      },
    })
    return h("p", { class: "report" }, save, told)
  }

  // ---- ready ----

  function ready(enabled) {
    const { say } = tile
    const choose = (length) => {
      chosen = length
      other = null
      rememberLength(whose, length)
      tick()
    }
    const field = otherLength(say, other, (typed) => {
      other = typed
      rememberLength(whose, secondsOf(typed))
      tick()
    })
    const press = button({ label: "", kind: "main", class: "press", on: () => tile.ask("record", { seconds: told().seconds }) })
    press.prepend(h("i", { class: "dot" }))
    const hint = h("p", { class: "hint second figures" })
    fill(element,
      segment(`length-${whose}`, say.t("page.length"), [
        ...LENGTHS.map((length) => ({
          label: say.length(length), checked: other === null && chosen === length, on: () => choose(length),
        })),
        { label: say.t("page.other_length"), checked: other !== null, on: field.choose },
      ], { disabled: !enabled }),
      h("div", { class: "go" }, field.element, press, tools),
      problem() ?? hint)

    const told = () => {
      const { max_seconds = LONGEST, file_bit_rate = 0, room_bytes = 0, free_bytes = 0 } = live.facts ?? {}
      return offer(say, {
        seconds: other === null ? chosen : secondsOf(other), most: max_seconds, rate: file_bit_rate, room: room_bytes, free: free_bytes,
        now: tile.now(), label: (length, instead) => say.t(instead ? "page.record_instead" : "page.record", { length }),
      })
    }

    function tick() {
      const { seconds, label, hint: line, short } = told()
      field.element.hidden = other === null
      press.disabled = !enabled || seconds < 1
      press.setAttribute("aria-busy", tile.asked === "record")
      press.querySelector("span").textContent = label
      hint.classList.toggle("short", short)
      fill(hint, short ? icon("warning", 16) : null, h("span", {}, enabled ? line : NBSP))
    }
    return tick
  }

  /** H.264 goes into the file as it comes; anything else is written anew, and takes less room. */
  const copied = () => live.facts?.video_codec === "h264"

  // ---- recording ----

  function recording() {
    const { say } = tile
    const { duration, started_at, ends_at } = model.session.recording
    const [mark, timer, left] = [h("i", {}), h("span", { class: "timer figures" }), h("b", {})]
    const written = h("p", { class: "second figures written-line" })
    const waiting = h("p", { class: "waiting-line", hidden: true }, icon("clock", 18), say.t("page.waiting_camera"))
    const strip = h("div", {
      class: "strip", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": duration, "aria-label": say.t("page.state_recording"),
    })
    fill(element,
      h("div", { class: "timer-row" },
        h("span", { class: "count" }, mark, timer, h("span", { class: "second figures" }, say.t("page.of_length", { length: say.length(duration) }))),
        button({ label: say.t("page.stop_and_save"), icon: "stop", on: () => tile.ask("stop") })),
      strip,
      h("p", { class: "ends second figures" }, h("span", {}, say.minute(started_at)), left, h("span", {}, say.minute(ends_at))),
      h("div", { class: "beside" }, problem() ?? written, tools), waiting)

    let elapsed = 0 // stands still where nobody tells whether it goes on
    return () => {
      const known = !tile.lost() // a page that lost camrec knows of no gap
      if (known || elapsed === 0) elapsed = Math.min(Math.max(0, (tile.now() - started_at) / 1000), duration)
      const away = tile.look() === "stale" && known
      const missing = gaps(elapsed, away)
      const lost = missing.reduce((sum, gap) => sum + gap.duration, 0)
      const percent = (value) => `${(100 * value) / duration}%`
      const rate = away ? 0 : (live.facts?.bit_rate ?? 0)
      mark.className = away || !known ? "ring" : "dot pulse"
      timer.textContent = say.timer(elapsed)
      left.textContent = say.t("page.left", { length: say.left(Math.max(0, duration - elapsed)) })
      waiting.hidden = !away
      strip.setAttribute("aria-valuenow", Math.floor(elapsed))
      strip.setAttribute("aria-valuetext", say.t("page.progress", { elapsed: say.length(elapsed), length: say.length(duration) }))
      fill(strip, h("i", { class: "written", style: { left: 0, width: percent(elapsed) } }),
        missing.map((gap) => h("i", { class: "missing", style: { left: percent(gap.start), width: percent(gap.duration) } })))
      if (!known || live.facts === null) return void fill(written, known ? NBSP : say.t("page.no_link"))
      const size = bytes(rate)
      fill(written, size === null ? null : `${say.size(size)} · `, `${say.rate(rate)} · `,
        missing.length ? h("b", { class: "gaps" }, say.t("page.gaps", { count: missing.length, length: say.length(Math.max(1, lost)) })) : say.t("page.no_gap"))
    }
  }

  /** Bytes on the disk: as the stream tells, or as was told last and what has come since; else null. */
  function bytes(rate) {
    if (live.facts?.recorded != null) return live.facts.recorded
    return copied() ? model.session.recording.bytes + (rate / 8) * ((performance.now() - toldAt) / 1000) : null
  }

  /** The gaps that camrec told of, and the one that is growing now. */
  function gaps(elapsed, away) {
    const told = model.session.recording.gaps
    if (!away) return told
    const start = Math.max(0, elapsed - (live.age() ?? 0))
    return [...told.filter((gap) => gap.start + gap.duration < start - 1), { start, duration: elapsed - start }]
  }

  return { element, draw, trouble, told: () => void (toldAt = performance.now()) }
}
