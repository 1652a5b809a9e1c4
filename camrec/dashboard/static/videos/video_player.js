// The player: the video, the timeline with its gaps, and the controls.

import { cameThrough, fill, h } from "../kit/base.js"
import { savePicture } from "../live/save_still.js"
import { eventMarks } from "./event_marks.js"
import { codecName, exactTime } from "./media_format.js"
import { frameClock } from "./frame_clock.js"
import { seeking } from "./seeking.js"
import { timeline } from "./timeline.js"
import { transport } from "./transport.js"
import { eventBeside } from "./video_events.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { PlayedVideo, Receipt } from "../wire.js" */
/** @import { FrameTimes } from "./frame_clock.js" */
/** @import { Seeking } from "./seeking.js" */
/** @import { VideoEvents } from "./video_events.js" */

const SKIP_S = 5

/**
 * @param {Locale} locale
 * @param {HTMLVideoElement} element
 * @param {PlayedVideo} video
 * @param {Receipt | null} receipt
 * @param {string} base
 * @param {VideoEvents} events
 * @param {AbortSignal} signal ends it
 */
export function videoPlayer(locale, element, video, receipt, base, events, signal) {
  const frames = frameClock(video, receipt, base, signal, show)
  const position = seeking(element, video.gaps, frames, { duration: video.duration, changed: show })
  const caption = h("p", { class: "caption", hidden: true })
  const fault = h("p", { class: "caption fault", role: "alert", hidden: true })
  const line = timeline(locale, video, base, { seek: position.seek, gapText })
  const moves = eventMoves(events, position, frames)
  const marks = eventMarks(locale, video, events, moves.seek)
  const mark = events.canMark() ? moves.mark : null
  const buttons = transport(locale, element, video, position, { togglePlay, saveStill, toggleFullScreen, mark })
  const box = h("div", { class: "stage card" },
    h("div", { class: "screen", on: { click: togglePlay } }, element, caption, fault),
    marks.element, line.element, buttons.element)

  function togglePlay() {
    if (element.paused) element.play().catch(() => {})
    else element.pause()
  }

  function toggleFullScreen() {
    if (document.fullscreenElement) document.exitFullscreen()
    else box.requestFullscreen()
  }

  /** @param {number} time */
  function gapText(time) {
    const gap = video.gaps.find(({ start, duration }) => time >= start && time < start + duration)
    return gap && locale.t("videos.no_picture", {
      start: locale.clock(video.started_at + 1000 * gap.start),
      end: locale.clock(video.started_at + 1000 * (gap.start + gap.duration)),
      length: locale.length(gap.duration),
    })
  }

  function show() {
    const time = position.time()
    const gap = gapText(time)
    line.show(time)
    buttons.showTime(exactTime(locale, video.started_at + 1000 * time), time, frames)
    caption.hidden = !gap
    if (gap) fill(caption, gap)
  }

  /** @param {string} text */
  function showFault(text) {
    fill(fault, text).hidden = false
  }

  function saveStill() {
    if (!element.videoWidth || element.seeking) return showFault(locale.t("videos.still_failed"))
    saveFrame(locale, element, video)
  }

  function stateChanged() {
    buttons.showState()
    show()
    if (!element.paused) requestAnimationFrame(follow)
  }

  function follow() {
    show()
    if (!element.paused && box.isConnected) requestAnimationFrame(follow)
  }

  async function explainFailure() {
    const isThere = await fetch(element.src, { method: "HEAD" }).then((answer) => answer.ok, () => false)
    const reason = !isThere ? "cannot_load" : video.video_codec ? "cannot_play" : "cannot_read"
    showFault(locale.t(`videos.${reason}`, { codec: codecName(video.video_codec) }))
  }

  for (const event of ["play", "pause", "volumechange", "loadedmetadata"]) element.addEventListener(event, stateChanged, { signal })
  element.addEventListener("timeupdate", show, { signal })
  element.addEventListener("seeked", () => {
    fault.hidden = true
    position.arrived()
  }, { signal })
  element.addEventListener("error", explainFailure, { signal })
  playerKeys(box, position, { togglePlay, toggleFullScreen, ...moves }, signal)
  stateChanged()
  return { element: box, seek: moves.seek, drawEvents: marks.draw }
}

/**
 * @param {VideoEvents} events
 * @param {Seeking} position
 * @param {FrameTimes} frames
 */
function eventMoves(events, position, frames) {
  /**
   * Show the frame of a moment: in a gap the last one before it.
   * @param {number} second
   */
  const seek = (second) => position.seek(frames.step(second, 0))
  /** @param {number} direction */
  const toEvent = (direction) => {
    const event = eventBeside(events.list, position.time(), direction, frames)
    if (event) seek(event.second)
  }
  return { seek, toEvent, mark: () => events.canMark() && events.mark(position.time()) }
}

/**
 * Save the frame that is shown, in its full size, as a PNG.
 * @param {Locale} locale
 * @param {HTMLVideoElement} element
 * @param {PlayedVideo} video
 */
function saveFrame(locale, element, video) {
  const canvas = h("canvas", { width: element.videoWidth, height: element.videoHeight })
  canvas.getContext("2d")?.drawImage(element, 0, 0)
  const time = video.started_at + 1000 * element.currentTime
  canvas.toBlob((png) => png && savePicture(png, video.name, new Date(time), exactTime(locale, time), "png"), "image/png")
}

/**
 * Keys work wherever the focus is, except those that the focused element needs itself.
 * @param {HTMLElement} box
 * @param {Seeking} position
 * @param {{togglePlay: () => void, toggleFullScreen: () => void, mark: () => void, toEvent: (direction: number) => void}} actions
 * @param {AbortSignal} signal
 */
function playerKeys(box, position, { togglePlay, toggleFullScreen, mark, toEvent }, signal) {
  /** @type {Record<string, () => void>} */
  const keys = {
    " ": togglePlay, k: togglePlay, f: toggleFullScreen,
    ",": () => position.stepFrames(-1), ".": () => position.stepFrames(1),
    ArrowLeft: () => position.skip(-SKIP_S), ArrowRight: () => position.skip(SKIP_S),
    "[": () => position.toGap(-1), "]": () => position.toGap(1),
    m: mark, n: () => toEvent(1), N: () => toEvent(-1),
    Home: position.toStart, End: position.toEnd,
  }
  document.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.ctrlKey || event.altKey || event.metaKey || !box.checkVisibility()) return
    if (cameThrough(event, "input, select, textarea, dialog, [role=dialog]")) return
    if (event.key === " " && cameThrough(event, "button, a, summary")) return
    event.preventDefault()
    if (event.key !== "m" || !event.repeat) keys[event.key]()
  }, { signal })
}
