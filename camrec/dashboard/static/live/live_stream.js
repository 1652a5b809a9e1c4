// The live picture: one WebSocket, one surface, the newest frame only; for the page's cards and the
// notebook's view.
//
// Where the browser can decode, frames come as H.264, else as JPEG. Once a second a text message brings facts;
// another one, {codec, width, height}, goes before H.264 frames (docs/wire.md). While nobody can see it (a
// hidden tab, scrolled away) it holds no connection and shows nothing.

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
/** @import { VideoSurface } from "./video_surface.js" */
/** @typedef {ReturnType<typeof liveStream>} LiveStream */

const CLOSED = "closed" // the server's reason when the camera was closed
const MAX_UNSEEN_MESSAGES = 8 // a view that left the page without a word gives its socket up after these

/**
 * @param {Lifetime} life
 * @param {() => string} streamUrl asked before each connection
 * @param {Element | null} within what has to be in sight, unless it is the picture
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
    onMessage: receive,
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
  let unseenMessages = 0

  const live = {
    element,
    closed: false, // the camera was closed: there will be no link
    onChange: () => {}, // a first frame, new facts, the link lost or back
    isLinked: connection.isLinked,
    facts: shown.facts, frames: shown.frames, age: shown.age, patience: shown.patience,
    isWaiting: shown.isWaiting, isLost: shown.isLost,
    /** Milliseconds by which this browser's clock is ahead of camrec's. */
    skew: () => skew.ms(),
    /**
     * Have it or not; asked any number of times.
     * @param {boolean} wanted
     */
    run: (wanted) => visibility.want(wanted),
    /** The picture as a file, and its time: the one that is shown, or in full size the camera's newest. */
    still() {
      // A JPEG may be smaller until the camera's own size is known.
      const isReduced = shown.facts() === null ? element.dataset.way === "jpeg" : isSmallerThanCamera(shown, surface)
      return pictureFile(surface, shown.capturedAt() ?? 0, isReduced ? request.snapshotUrl() : null)
    },
  }

  /** @param {string | ArrayBuffer} data */
  function receive(data) {
    unseenMessages = element.isConnected ? 0 : unseenMessages + 1
    if (unseenMessages > MAX_UNSEEN_MESSAGES) life.end()
    else player.receive(data)
  }

  /** @param {StreamFacts} facts */
  function learn(facts) {
    shown.learn(facts)
    askForLarger() // it may have grown before the camera's own size was known
    live.onChange()
  }

  /** Nothing is shown that would be old when somebody looks again. */
  function rest() {
    if (!connection.isActive()) return
    connection.rest()
    shown.rest()
    surface.clear()
    live.onChange()
  }

  /** Shown larger than before, as in full screen: ask for more. */
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
 * No more was asked for than was shown.
 * @param {FrameAge} shown
 * @param {VideoSurface} surface
 */
const isSmallerThanCamera = (shown, surface) => shown.frames() > 0 && (shown.facts()?.width ?? 0) > surface.width
