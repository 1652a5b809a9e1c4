// One camera in a card: its live view, its state, and its recording.

import { button, dialog, fill, focusBeside, h, iconButton } from "../kit/base.js"
import { CONNECTION_LOST, ENLARGE_CAMERA } from "../kit/events.js"
import { hotkeys } from "../kit/hotkeys.js"
import { lifetime } from "../kit/lifetime.js"
import { createLocale } from "../kit/locale.js"
import { partDrawing } from "../kit/part_drawing.js"
import { serverUrl } from "../kit/route.js"
import { isDark } from "../kit/theme.js"
import { cameraModel } from "../live/camera_model.js"
import { liveStream } from "../live/live_stream.js"
import { marking } from "../live/marking.js"
import { pictureOverlay } from "../live/picture_overlay.js"
import { recordControls } from "../live/record_controls.js"
import { saveStill } from "../live/save_still.js"
import { drawPausedPlan } from "../live/paused_plan.js"
import { drawScheduled, plannedLength, startTime } from "../live/scheduled_recordings.js"
import { whenAndWhat } from "../live/when_and_what.js"

/** @import { CameraModel, CameraState } from "../live/camera_model.js" */
/** @import { Lifetime } from "../kit/lifetime.js" */
/** @import { Answer, RenderArguments, Session } from "../wire.js" */

/** @param {RenderArguments<{session: Session}>} _ */
export function render({ model, view }) {
  const life = lifetime(model, view)
  const live = liveStream(life, () => serverUrl(`stream?session_id=${model.session.session_id}`, model.base, "ws"))
  /**
   * @param {string} action
   * @param {Record<string, unknown>} details
   */
  const send = (action, details) => model.send_msg({ do: action, ...details })
  const camera = cameraModel(model, live, createLocale(model.texts), send)
  const overlay = pictureOverlay(camera)
  const title = h("header", { class: "title" })
  const size = cardSize(life, view.el, () => model.session.session_id, draw)
  const marks = marking(life, camera, view.el, size.cards, send)
  const extras = whenAndWhat(life, camera)
  const controls = recordControls(camera, { mark: marks.press, canExtend: true, extras })
  const ahead = h("div", { class: "ahead" })
  const paused = h("div", { class: "ahead" })
  const card = h("article", { class: "camera card" }, overlay.element, h("div", { class: "body" }, title, controls.element, paused, ahead), extras.element)
  const { part, tick } = partDrawing(() => camera.locale.language)
  const enterFullScreen = () => void overlay.element.requestFullscreen()
  const openStatistics = () => model.send_msg({ do: "statistics", dark: isDark(), utc_offset_minutes: -new Date().getTimezoneOffset() })

  function draw() {
    const state = camera.state()
    const mode = camera.controlsMode(state)
    const isRecording = camera.isRecording() && state !== "failed"
    const hasPicture = live.frames() > 0
    const { session } = model
    const { attempt, seen, proxy_ready, waiting_for, failure, name, video_codec, audio_codec, recording, scheduled } = session
    const spoken = isRecording && state === "live" ? "recording" : state
    card.className = `camera card ${state}${isRecording && live.isLinked() ? " on" : ""}`
    card.setAttribute("aria-label", camera.locale.t("page.tile", { name, state: camera.locale.t(`page.state_${spoken}`) }))
    part("badges", overlay.badges, [state, isRecording, live.isWaiting(), live.isLinked(), camera.isLost()], () => overlay.drawBadges(state))
    part("over", overlay.over, [state, attempt, seen, proxy_ready, waiting_for, failure, live.isWaiting()], () => overlay.drawOver(state))
    part("title", title, [state, size.isLarge(), size.number(), name, video_codec, audio_codec, hasPicture, session.stays],
      () => drawTitle(title, camera, state, { size, enterFullScreen, openStatistics, close: () => closeCamera(camera, card) }))
    part("paused", paused, [session.paused_plan, isRecording], () => drawPausedPlan(camera, paused))
    part("ahead", ahead, [scheduled, new Date(camera.now()).toDateString()], () => drawScheduled(camera, ahead))
    part("below", controls.element, [mode, controls.trouble(), failure, recording?.recording_id, recording?.ends_at, recording?.duration], () => controls.draw(mode))
    overlay.drawFigures(state)
    marks.draw(mode === "recording")
    tick()
  }

  function changed() {
    camera.locale = createLocale(model.texts)
    controls.sessionChanged()
    live.run(["live", "stale"].includes(model.session.state))
    draw()
  }

  /** Whether the key for full screen means this camera: it is enlarged, or has the focus, or is the only one. */
  const isMeant = () => size.isLarge() || (!size.isAnyLarge() && (focusBeside(card) !== null || size.isOnly()))

  function toggleFullScreen() {
    if (document.fullscreenElement) return void document.exitFullscreen()
    if (!isMeant() || live.frames() === 0) return false
    enterFullScreen()
  }

  hotkeys(life, () => card.checkVisibility(), { ...size.keys, ...marks.keys, f: toggleFullScreen })
  life.on(window, CONNECTION_LOST, () => {
    camera.isCutOff = true
    draw()
  })
  overlay.element.append(marks.element)
  live.onChange = camera.draw = draw
  life.watch(["session", "texts"], changed)
  life.watch("msg:custom", (/** @type {Answer} */ answer) => {
    marks.answered(answer)
    if (answer.answered === "record" && answer.ok) extras.reset()
    camera.answered(answer.answered, answer.problem)
  })
  life.every(500, draw)
  changed()
  return card
}

/**
 * The card is as large as the others, or as wide as the page. At most one camera is enlarged.
 * @param {Lifetime} life
 * @param {HTMLElement} element of the view
 * @param {() => string} sessionId
 * @param {() => void} draw
 */
function cardSize(life, element, sessionId, draw) {
  let isLarge = false
  const siblings = () => /** @type {HTMLElement[]} */ ([...(element.parentNode?.children ?? [])])
  const cards = () => siblings().filter((each) => each.dataset.camera !== undefined)
  const number = () => cards().indexOf(element) + 1
  /** @param {boolean} wanted */
  const enlarge = (wanted) => dispatchEvent(new CustomEvent(ENLARGE_CAMERA, { detail: wanted ? sessionId() : null }))
  const toggle = () => enlarge(!isLarge)
  const digits = [..."123456789"].map((digit) => [digit, () => (number() === Number(digit) ? toggle() : false)])

  element.dataset.camera = sessionId()
  life.on(window, ENLARGE_CAMERA, ({ detail }) => {
    isLarge = detail === sessionId()
    element.classList.toggle("large", isLarge)
    element.style.gridColumn = isLarge ? "1 / -1" : ""
    draw()
    if (isLarge) element.scrollIntoView({ block: "nearest" })
  })
  return {
    cards,
    number,
    toggle,
    isLarge: () => isLarge,
    isAnyLarge: () => cards().some((each) => each.classList.contains("large")),
    isOnly: () => cards().length === 1,
    keys: { ...Object.fromEntries(digits), Escape: () => (isLarge ? enlarge(false) : false) },
  }
}

/**
 * @param {HTMLElement} title
 * @param {CameraModel} camera
 * @param {CameraState} state
 * @param {{size: ReturnType<typeof cardSize>, enterFullScreen: () => void, openStatistics: () => void, close: () => void}} actions
 */
function drawTitle(title, { locale, model, live }, state, { size, enterFullScreen, openStatistics, close }) {
  const { name, kind, video_codec, audio_codec } = model.session
  const audio = audio_codec ? locale.t("page.sound", { codec: audio_codec }) : locale.t("page.no_sound")
  const parts = [kind === "mjpeg" ? "MJPEG" : "RTSP", kind === "mjpeg" ? null : video_codec, video_codec ? audio : null]
  const hasPicture = state === "live" && live.frames() > 0
  fill(title,
    h("div", { class: "names" }, h("h2", { title: name }, name), h("p", { class: "second" }, parts.filter(Boolean).join(" · "))),
    h("div", { class: "icons" },
      hasPicture ? iconButton("camera", locale.t("page.snapshot"), () => saveStill(live, name, locale)) : null,
      state === "live" || state === "stale"
        ? iconButton("chart", locale.t("page.statistics"), openStatistics, { "aria-haspopup": "dialog" })
        : null,
      iconButton(size.isLarge() ? "shrink" : "large", `${locale.t(size.isLarge() ? "page.small" : "page.large")} (${size.number()})`, size.toggle,
        { class: "icon-button size", "aria-pressed": size.isLarge() ? "true" : "false" }),
      hasPicture ? iconButton("expand", `${locale.t("page.expand")} (f)`, enterFullScreen) : null,
      iconButton("close", locale.t("page.close"), close, { "aria-haspopup": model.session.stays ? "dialog" : null })))
}

/**
 * Closes the camera. Asks before if a recording would end, a scheduled one would be lost, or the camera opens again at
 * the next start of camrec.
 * @param {CameraModel} camera
 * @param {HTMLElement} card
 */
function closeCamera(camera, card) {
  const { locale } = camera
  const { scheduled, stays } = camera.model.session
  const isRecording = camera.isRecording()
  if (!isRecording && scheduled.length === 0 && !stays) return camera.ask("close")
  const [keep, end] = isRecording ? ["page.close_keep", "page.close_save"] : ["page.close_keep_open", "page.close_now"]
  const next = scheduled.length
    ? { count: scheduled.length, when: startTime(locale, scheduled[0].starts_at, camera.now()), length: plannedLength(locale, scheduled[0]) }
    : null
  const confirm = (details = {}) => {
    box.close()
    camera.ask("close", details)
  }
  const box = dialog(card, { "aria-labelledby": "closing" },
    h("h2", { class: "heading", id: "closing" }, locale.t("page.close_title")),
    isRecording ? h("p", {}, locale.t("page.close_text")) : null,
    next ? h("p", {}, locale.t("page.close_scheduled", next)) : null,
    stays ? h("p", {}, locale.t("page.close_stays")) : null,
    h("div", { class: "choices" },
      button({ label: locale.t(keep), on: () => box.close(), autofocus: true }),
      stays ? button({ label: locale.t("page.close_forget"), on: () => confirm({ stays: false }) }) : null,
      button({ label: locale.t(end), kind: "main", on: () => confirm() })))
}
