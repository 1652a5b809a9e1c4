// One camera in a notebook's cell or any other Panel page: its live view and, if the cell may record, the controls.

import { jupyterColorScheme, onJupyterTheme } from "../compat/jupyter.js"
import { append, fill, h, iconButton } from "../kit/base.js"
import { icon } from "../kit/icons.js"
import { kernelAddressFinder } from "../kit/kernel_address.js"
import { lifetime } from "../kit/lifetime.js"
import { createLocale } from "../kit/locale.js"
import { partDrawing } from "../kit/part_drawing.js"
import { serverUrl } from "../kit/route.js"
import { cameraModel } from "../live/camera_model.js"
import { liveStream } from "../live/live_stream.js"
import { pictureOverlay } from "../live/picture_overlay.js"
import { plotsDialog } from "../live/plots_dialog.js"
import { recordControls } from "../live/record_controls.js"
import { saveStill } from "../live/save_still.js"

/** @import { Lifetime } from "../kit/lifetime.js" */
/** @import { Model, RenderArguments, SessionFacts, WireRecording } from "../wire.js" */
/** @import { CameraModel } from "../live/camera_model.js" */

/**
 * `record_url` is the address of the server that starts recordings; empty: there is none.
 * @typedef {{session_id: string, title: string, record_url: string}} CellParameters
 */

const FINISHED_STATES = ["saved", "failed"]

/** @param {RenderArguments<CellParameters>} _ */
export function render({ model, view }) {
  const life = lifetime(model, view)
  const addresses = kernelAddressFinder(model.base)
  const canRecord = Boolean(model.record_url)
  const card = h(canRecord ? "article" : "figure")
  const live = liveStream(life, () => serverUrl(`stream?session_id=${model.session_id}`, addresses.next(), "ws"), card)
  // The same fields as on the dashboard; here they come with the stream.
  /** @type {SessionFacts} */
  const session = { session_id: model.session_id, state: "live", retries: 0, recording: null, trouble: "", failure: null }
  const camera = cameraModel({ session, base: model.base }, live, createLocale(model.texts), (action, details) => recordings.ask(action, details))
  const server = kernelServer(model, addresses, () => camera.locale.language)
  const overlay = pictureOverlay(camera, h("span", { class: "of" }, model.title))
  const tools = h("div", { class: "tools" })
  const controls = recordControls(camera, { tools })
  const saved = h("p", { class: "second saved", role: "status" })
  append(card, [overlay.element, canRecord ? h("div", { class: "body" }, controls.element, saved) : null])
  if (!canRecord) overlay.element.append(tools)
  const plots = plotsDialog(camera)
  const recordings = cellRecordings(camera, server, saved)
  const { part, tick } = partDrawing(() => camera.locale.language)

  function learn() {
    const facts = live.facts()
    if (live.isLinked()) addresses.succeeded()
    if (facts) {
      session.retries = facts.retries
      session.waiting_for = facts.waiting_for
      plots.learn()
      recordings.learn(facts.recording)
    }
    draw()
  }

  /** What to say if no frame will come; null: one will. */
  function absence() {
    if (live.closed) return "page.camera_closed"
    return !live.frames() && !live.isLinked() && addresses.exhausted() ? "page.no_way" : null
  }

  function draw() {
    const { locale } = camera
    const absent = absence()
    const state = absent ? "stale" : camera.state()
    const mode = camera.controlsMode(state)
    const isRecording = camera.isRecording()
    const isOn = canRecord && isRecording && live.isLinked()
    const isConnecting = state === "live" && live.isWaiting()
    const spoken = isConnecting ? "connecting" : isRecording && state === "live" ? "recording" : state
    card.className = `camera card ${state}${isOn ? " on" : ""}`
    card.setAttribute("aria-label", locale.t("page.tile", { name: model.title, state: locale.t(`page.state_${spoken}`) }))
    part("badges", overlay.badges, [state, isRecording, live.isWaiting(), live.isLinked(), camera.isLost()], () => overlay.drawBadges(state))
    part("over", overlay.over, [state, absent, live.isWaiting()], () => (absent ? drawAbsent(overlay.over, camera, absent) : overlay.drawOver(state)))
    part("tools", tools, [live.frames() > 0], () => drawTools(tools, camera, model.title, { openPlots, box: overlay.element }))
    if (canRecord) part("below", controls.element, [mode, controls.trouble(), session.recording?.recording_id], () => controls.draw(mode))
    saved.hidden = mode !== "ready" || !saved.textContent
    overlay.drawFigures(state)
    tick()
  }

  const openPlots = () => plots.open(card, model.title, () => server.plots(isDark(card)))

  function changeTexts() {
    camera.locale = createLocale(model.texts)
    draw()
  }

  followNotebookTheme(life, card)
  live.onChange = learn
  camera.draw = draw
  life.watch(["texts", "title"], changeTexts)
  life.every(500, draw)
  live.run(true)
  draw()
  return card
}

/**
 * @param {HTMLElement} over
 * @param {CameraModel<SessionFacts>} camera
 * @param {string} text
 */
function drawAbsent(over, { live, locale }, text) {
  over.className = "over stale"
  fill(over, icon(live.closed ? "camera-off" : "warning", 26), h("p", {}, locale.t(text)))
}

/**
 * The buttons for a still, the statistics and the full screen.
 * @param {HTMLElement} tools
 * @param {CameraModel<SessionFacts>} camera
 * @param {string} name
 * @param {{openPlots: () => void, box: HTMLElement}} actions
 */
function drawTools(tools, { live, locale }, name, { openPlots, box }) {
  tools.hidden = live.frames() === 0
  fill(tools,
    iconButton("camera", locale.t("page.snapshot"), () => saveStill(live, name, locale)),
    iconButton("chart", locale.t("page.statistics"), openPlots, { "aria-haspopup": "dialog" }),
    iconButton("expand", locale.t("page.expand"), () => toggleFullScreen(box)))
}

/**
 * The requests to the kernel's server. Its addresses have two keys: one allows watching, the other starting and
 * stopping recordings.
 * @param {Model & CellParameters} model
 * @param {ReturnType<typeof kernelAddressFinder>} addresses
 * @param {() => string} language
 */
function kernelServer(model, addresses, language) {
  /**
   * @param {string} base
   * @param {string} path
   * @param {RequestInit} options
   */
  const request = async (base, path, options = {}) => {
    const headers = { "Accept-Language": language() }
    return (await fetch(serverUrl(path, addresses.sameRoute(base)), { headers, ...options })).json()
  }
  /**
   * @param {string} path
   * @param {Record<string, unknown>} details
   */
  const post = (path, details) =>
    request(model.record_url, path, { method: "POST", body: JSON.stringify({ session_id: model.session_id, ...details }) })
  return {
    /** @param {number | null} [seconds] null: until it is stopped */
    record: (seconds) => post("record/start", { duration: seconds }),
    stopRecording: () => post("record/stop", {}),
    /** @param {string} recordingId */
    recordingStatus: (recordingId) => request(model.base, `record/status/${recordingId}`),
    /** @param {boolean} dark */
    plots: (dark) => request(model.base, `page/plots-${dark ? "dark" : "light"}-${language()}.json`),
  }
}

/**
 * Starts and stops recordings; shows the camera's latest one, and how the one that this cell saw running has ended.
 * @param {CameraModel<SessionFacts>} camera
 * @param {ReturnType<typeof kernelServer>} server
 * @param {HTMLElement} saved
 */
function cellRecordings(camera, server, saved) {
  const { session } = camera.model
  let watched = "" // the id of the recording that this cell saw running

  /**
   * Why it failed. A request of its own gets it in the cell's language; the stream's messages are in the browser's.
   * @param {string} recordingId
   */
  async function explain(recordingId) {
    const status = await server.recordingStatus(recordingId).catch(() => null)
    session.trouble = status?.error?.message ?? ""
    camera.draw()
  }

  /** @param {WireRecording | null} recording */
  function learn(recording) {
    session.recording = recording && {
      ...recording,
      started_at: Date.parse(recording.started_at),
      ends_at: recording.ends_at === null ? null : Date.parse(recording.ends_at),
      marks: recording.events,
    }
    if (recording === null) return
    if (camera.isRecording()) {
      watched = recording.recording_id
      session.trouble = saved.textContent = ""
    } else if (FINISHED_STATES.includes(recording.state) && recording.recording_id === watched) {
      watched = ""
      if (recording.filename) saved.textContent = camera.locale.t("page.saved_as", { file: recording.filename })
      if (recording.error) explain(recording.recording_id)
    }
  }

  /**
   * @param {string} action
   * @param {{seconds?: number | null}} details
   */
  async function ask(action, { seconds }) {
    let problem = ""
    try {
      const reply = action === "record" ? await server.record(seconds) : await server.stopRecording()
      if (reply.recording_id) learn(reply)
      else problem = reply.error.message
    } catch {
      problem = camera.locale.t("page.no_link")
    }
    camera.answered(action, problem)
  }

  return { ask, learn }
}

/** @param {Element} box */
function toggleFullScreen(box) {
  if (document.fullscreenElement) document.exitFullscreen()
  else box.requestFullscreen()
}

/** @param {Element} element */
function isDark(element) {
  const { colorScheme } = getComputedStyle(element)
  const isSystemDark = matchMedia("(prefers-color-scheme: dark)").matches
  return colorScheme.includes("dark") && (!colorScheme.includes("light") || isSystemDark)
}

/**
 * @param {Lifetime} life
 * @param {HTMLElement} element
 */
function followNotebookTheme(life, element) {
  const follow = () => void (element.style.colorScheme = jupyterColorScheme())
  life.add(onJupyterTheme(follow))
  follow()
}
