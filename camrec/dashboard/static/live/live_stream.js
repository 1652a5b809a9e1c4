// The live view of the page's cards and the notebook's view: one WebSocket, one surface, and the newest frame only.
//
// If the browser can decode it, frames arrive as H.264, otherwise as JPEG. Once a second a text message brings facts;
// another one, {codec, width, height}, comes before H.264 frames (docs/wire.md). While nobody can see the view (in a
// hidden tab, or scrolled away), it has no connection and shows nothing.

import { framePlayer } from "./frame_player.js"
import { frameRequest } from "./frame_request.js"
import { frameAge } from "./frame_age.js"
import { pictureFile } from "./save_still.js"
import { clockSkew, steadyClock } from "./stream_clock.js"
import { streamConnection } from "./stream_connection.js"
import { videoSurface } from "./video_surface.js"
import { runWhileVisible } from "./visibility.js"

/** @import { Lifetime } from "../kit/lifetime.js" */
/** @import { StreamFacts } from "../wire.js" */
/** @import { FrameAge } from "./frame_age.js" */
/** @import { FrameRequest } from "./frame_request.js" */
/** @import { VideoSurface } from "./video_surface.js" */
/** @typedef {ReturnType<typeof liveStream>} LiveStream */

const CLOSED = "closed" // the server's reason when the camera was closed
const MAX_UNSEEN_MESSAGES = 8 // after so many a view that was removed without an event closes its socket

/**
 * @param {Lifetime} life
 * @param {() => string} streamUrl called before each connection
 * @param {Element | null} within the element that has to be visible; null: the view itself
 */
export function liveStream(life, streamUrl, within = null) {
  const surface = videoSurface()
  const { element } = surface
  const clock = steadyClock()
  const skew = clockSkew()
  const request = frameRequest(clock, element)
  const connection = streamConnection(clock, {
    address() {
      skew.restart()
      return request.address(streamUrl())
    },
    onOpen: () => live.onChange(),
    onMessage: whileConnected(element, life.end, (data) => player.receive(data)),
    onRelease: () => player.end(),
    onClose(reason) {
      live.closed = reason === CLOSED
      live.onChange()
      if (live.closed) live.run(false)
      return !live.closed
    },
    onSilence: () => live.onChange(),
  })
  const shown = frameAge({ clock, skew, connection })
  const player = framePlayer(surface, shown, request, {
    send: connection.send,
    onFirstFrame: () => live.onChange(),
    onFacts: learn,
    onFailure() {
      connection.stop()
      visibility.update()
    },
  })
  const visibility = runWhileVisible(life, within ?? element, { start: connection.start, stop: connection.stop, rest })

  const live = {
    element,
    closed: false, // the camera was closed: there will be no connection
    onChange: () => {}, // called for a first frame, new facts, and a connection that was lost or opened
    isLinked: connection.isLinked,
    facts: shown.facts, frames: shown.frames, age: shown.age, patience: shown.patience,
    isWaiting: shown.isWaiting, isLost: shown.isLost,
    /** Milliseconds by which this browser's clock is ahead of camrec's. */
    skew: () => skew.ms(),
    /** The same for dating what happens here. */
    closestSkew: () => skew.closest(),
    /**
     * Start or stop; may be called any number of times.
     * @param {boolean} wanted
     */
    run: (wanted) => visibility.want(wanted),
    /** A frame as a file, and its time: the one that is shown, or the camera's newest if that is larger. */
    still: () => stillFile(surface, shown, request),
  }

  /** @param {StreamFacts} facts */
  function learn(facts) {
    shown.learn(facts)
    askForLarger() // the view may have grown before the camera's size was known
    live.onChange()
  }

  /** Remove the frame: it would be old when the view is visible again. */
  function rest() {
    if (!connection.isActive()) return
    connection.rest()
    shown.rest()
    surface.clear()
    live.onChange()
  }

  /** If the view is larger than before, as in full screen, request larger frames. */
  function askForLarger() {
    if (connection.hasSocket() && isSmallerThanCamera(shown, surface) && request.isTooSmall()) connection.restart()
  }

  function check() {
    clock.check()
    connection.check()
  }

  life.onResize(element, askForLarger)
  life.on(window, "online", check)
  life.every(1000, check)
  life.add(() => live.run(false))
  life.add(surface.clear)
  return live
}

/**
 * A handler of messages that ends a view which was removed without an event.
 * @param {Element} element of the view
 * @param {() => void} end
 * @param {(data: string | ArrayBuffer) => void} receive
 */
function whileConnected(element, end, receive) {
  let unseenMessages = 0
  return (/** @type {string | ArrayBuffer} */ data) => {
    unseenMessages = element.isConnected ? 0 : unseenMessages + 1
    if (unseenMessages > MAX_UNSEEN_MESSAGES) end()
    else receive(data)
  }
}

/**
 * @param {VideoSurface} surface
 * @param {FrameAge} shown
 * @param {FrameRequest} request
 */
function stillFile(surface, shown, request) {
  // Until the camera's size is known, a JPEG may be reduced.
  const isReduced = shown.facts() === null ? surface.element.dataset.way === "jpeg" : isSmallerThanCamera(shown, surface)
  return pictureFile(surface, shown.capturedAt() ?? 0, isReduced ? request.snapshotUrl() : null)
}

/**
 * Whether the frames are smaller than the camera's.
 * @param {FrameAge} shown
 * @param {VideoSurface} surface
 */
const isSmallerThanCamera = (shown, surface) => shown.frames() > 0 && (shown.facts()?.width ?? 0) > surface.width
