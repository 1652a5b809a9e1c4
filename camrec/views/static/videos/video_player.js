// The stage of the player: the picture, the timeline with its gaps, and all that moves them. In front
// of it: frames.js and peek.js.

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16]
const NAMES = { h264: "H.264", h265: "H.265", hevc: "H.265", mjpeg: "MJPEG", aac: "AAC", opus: "Opus" }
const codecName = (codec) => NAMES[codec] ?? codec?.toUpperCase() ?? ""

/** "14:03:10,000" */
const exact = (say, moment) =>
  `${say.clock(moment)}${say.language === "fr" ? "," : "."}${String(new Date(moment).getMilliseconds()).padStart(3, "0")}`

/** The picture with everything that moves it. `film` is the <video>; `signal` ends it. */
function stage(say, film, video, receipt, base, signal) {
  const end = () => (Number.isFinite(film.duration) ? film.duration : video.duration)
  const begin = began(video)
  const length = span(video)
  const frames = pictures(video, receipt, base, signal, () => show())
  let wanted = null // where the newest seek goes, until it has arrived
  let under = null // the one that is under way
  let pressed = false

  const here = () => wanted ?? film.currentTime
  const seek = (time) => {
    wanted = Math.min(Math.max(time, 0), end())
    if (!film.seeking) film.currentTime = under = wanted
    show()
  }
  const step = (steps) => {
    film.pause()
    seek(frames.step(here(), steps))
  }
  const toGap = (direction) => {
    const starts = video.gaps.map((gap) => gap.start)
    const next = direction > 0 ? starts.find((at) => at > here() + 0.01) : starts.findLast((at) => at < here() - 0.5)
    if (next !== undefined) seek(next)
  }
  const toggle = () => (film.paused ? film.play().catch(() => {}) : film.pause())
  const gapAt = (time) => video.gaps.find((gap) => time >= gap.start && time < gap.start + gap.duration)
  const gapText = (gap) => say.t("videos.no_picture", {
    start: say.clock(begin + 1000 * gap.start),
    end: say.clock(begin + 1000 * (gap.start + gap.duration)),
    length: say.length(gap.duration),
  })

  const caption = h("p", { class: "caption", hidden: true })
  const fault = h("p", { class: "caption fault", role: "alert", hidden: true })
  const played = h("span", { class: "played" })
  const head = h("span", { class: "head" })
  const line = h("div", {
    class: "line", role: "slider", tabindex: "0", "aria-label": say.t("videos.timeline"), "aria-valuemin": "0",
  }, h("div", { class: "strip" }, played, missing(video)), head)
  const time = h("strong", { class: "time figures" })
  const frame = h("span", { class: "second figures" })
  const play = iconButton("play", say.t("videos.play"), toggle, { class: "icon-button play" })
  const sound = iconButton("sound", say.t("videos.mute"), () => (film.muted = !film.muted))
  const ticks = h("div", { class: "ticks second figures", "aria-hidden": "true" },
    [0, 0.25, 0.5, 0.75, 1].map((share) => h("span", {}, say.clock(begin + 1000 * share * length))))
  const speed = h("label", { class: "speed" }, h("span", { class: "unseen" }, say.t("videos.speed")),
    h("select", { class: "field", on: { change: (event) => (film.playbackRate = Number(event.target.value)) } },
      SPEEDS.map((rate) => h("option", { value: rate, selected: rate === film.playbackRate }, `${say.number(rate, rate < 1 ? String(rate).length - 2 : 0)}×`))),
    icon("chevron-down"))

  /** The picture now shown, at its full size, as a PNG. */
  const still = () => {
    const canvas = h("canvas", { width: film.videoWidth, height: film.videoHeight })
    if (!film.videoWidth || film.seeking) return failed(say.t("videos.still_failed"))
    canvas.getContext("2d").drawImage(film, 0, 0)
    canvas.toBlob((png) => {
      const at = new Date(begin + 1000 * film.currentTime)
      savePicture(png, video.name, at, exact(say, at), "png")
    }, "image/png")
  }

  const full = () => (document.fullscreenElement ? document.exitFullscreen() : box.requestFullscreen())

  const gapButtons = video.gaps.length > 0
  const box = h("div", { class: "stage card" },
    h("div", { class: "screen", on: { click: toggle } }, film, caption, fault),
    h("div", { class: "timeline" }, line, ticks),
    h("div", { class: "transport" },
      h("div", { class: "moves" },
        gapButtons && iconButton("gap-previous", `${say.t("videos.previous_gap")} ([)`, () => toGap(-1)),
        iconButton("step-back", `${say.t("videos.previous_frame")} (,)`, () => step(-1)),
        play,
        iconButton("step-forward", `${say.t("videos.next_frame")} (.)`, () => step(1)),
        gapButtons && iconButton("gap-next", `${say.t("videos.next_gap")} (])`, () => toGap(1))),
      h("div", { class: "now" }, time, frame),
      h("div", { class: "ways" }, speed, video.audio_codec && sound,
        iconButton("camera", say.t("videos.still"), still),
        iconButton("expand", say.t("videos.full_screen"), full))))

  function failed(text) {
    fill(fault, text).hidden = false
  }

  function show() {
    const at = here()
    const gap = gapAt(at)
    const share = `${(100 * Math.min(at / length, 1)).toFixed(3)}%`
    played.style.width = share
    head.style.left = share
    fill(time, exact(say, begin + 1000 * at))
    const which = { number: frames.number(at), count: frames.count }
    fill(frame, which.count ? say.t(frames.exact ? "videos.frame" : "videos.frame_about", which) : "")
    caption.hidden = !gap
    if (gap) fill(caption, gapText(gap))
    line.setAttribute("aria-valuemax", length.toFixed(2))
    line.setAttribute("aria-valuenow", at.toFixed(2))
    line.setAttribute("aria-valuetext", say.clock(begin + 1000 * at) + (gap ? `. ${gapText(gap)}` : ""))
  }

  const relabel = (element, name, label) => {
    fill(element, icon(name))
    element.title = label
    element.setAttribute("aria-label", label)
  }
  const running = () => {
    relabel(play, film.paused ? "play" : "pause", say.t(film.paused ? "videos.play" : "videos.pause"))
    relabel(sound, film.muted ? "sound-off" : "sound", say.t(film.muted ? "videos.unmute" : "videos.mute"))
    show()
    if (!film.paused) requestAnimationFrame(follow)
  }
  const follow = () => {
    show()
    if (!film.paused && box.isConnected) requestAnimationFrame(follow)
  }
  const arrived = () => {
    fault.hidden = true
    if (film.seeking) return // told late: another seek is under way
    if (wanted === under) wanted = null
    if (wanted !== null) film.currentTime = under = wanted
    show()
  }
  const broken = async () => {
    const there = await fetch(film.src, { method: "HEAD" }).then((answer) => answer.ok, () => false)
    const why = !there ? "cannot_load" : video.video_codec ? "cannot_play" : "cannot_read"
    failed(say.t(`videos.${why}`, { codec: codecName(video.video_codec) }))
  }
  for (const event of ["play", "pause", "volumechange", "loadedmetadata"]) film.addEventListener(event, running, { signal })
  film.addEventListener("timeupdate", show, { signal })
  film.addEventListener("seeked", arrived, { signal })
  film.addEventListener("error", broken, { signal })

  const timeAt = (event) => {
    const { left, width } = line.getBoundingClientRect()
    return (length * (event.clientX - left)) / width
  }
  const point = (event) => seek(timeAt(event))
  line.append(peek(line, video, base, {
    timeAt,
    tell: (at) => ({ time: say.clock(begin + 1000 * at), gap: gapAt(at) && gapText(gapAt(at)) }),
  }))
  line.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return
    line.setPointerCapture(event.pointerId)
    pressed = true
    point(event)
  })
  line.addEventListener("pointermove", (event) => pressed && point(event))
  for (const event of ["pointerup", "pointercancel"]) line.addEventListener(event, () => (pressed = false))

  const keys = {
    " ": toggle, k: toggle, ",": () => step(-1), ".": () => step(1),
    ArrowLeft: () => seek(here() - 5), ArrowRight: () => seek(here() + 5),
    "[": () => toGap(-1), "]": () => toGap(1), f: full, Home: () => seek(0), End: () => seek(end()),
  }
  /** Keys work wherever the focus is, but never in place of what has it. */
  document.addEventListener("keydown", (event) => {
    const within = (what) => event.composedPath().some((element) => element.matches?.(what))
    if (!keys[event.key] || event.ctrlKey || event.altKey || event.metaKey || !box.checkVisibility()) return
    if (within("input, select, textarea, dialog, [role=dialog]")) return
    if (event.key === " " && within("button, a, summary")) return
    event.preventDefault()
    keys[event.key]()
  }, { signal })

  running()
  return box
}
