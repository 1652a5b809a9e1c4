// One WebSocket to camrec, opened again when it closes or falls silent.

/** @import { SteadyClock } from "./stream_clock.js" */
/** @typedef {ReturnType<typeof streamConnection>} StreamConnection */

const MIN_PAUSE_MS = 500 // before connecting again; it grows to the longest
const MAX_PAUSE_MS = 10_000
const PAUSE_GROWTH = 1.7
const SILENCE_MS = 5000 // without a message the connection is dead: there is one a second
const UNREACHED_S = 4 // without a link before that is shown

/**
 * @param {SteadyClock} clock
 * @param {object} handlers
 * @param {() => string} handlers.address asked before each connection
 * @param {() => void} handlers.onOpen
 * @param {(data: string | ArrayBuffer) => void} handlers.onMessage
 * @param {() => void} handlers.onRelease a connection is over, whoever ended it
 * @param {(reason: string) => boolean} handlers.onClose the other side closed it; returns whether to open it again
 * @param {() => void} handlers.onSilence it is opened again
 */
export function streamConnection(clock, { address, onOpen, onMessage, onRelease, onClose, onSilence }) {
  /** @type {WebSocket | null} */
  let socket = null
  /** @type {ReturnType<typeof setTimeout> | null} */
  let timer = null
  let pause = MIN_PAUSE_MS
  let heardAt = 0 // the latest message, on `clock`
  let linkedAt = 0
  /** @type {number | null} */
  let startedAt = null
  let linked = false

  function connect() {
    timer = null
    const opened = new WebSocket(address())
    socket = opened
    heardAt = clock.now()
    opened.binaryType = "arraybuffer"
    opened.onopen = () => {
      if (socket !== opened) return
      pause = MIN_PAUSE_MS
      linkedAt = clock.now()
      linked = true
      onOpen()
    }
    opened.onmessage = ({ data }) => {
      if (socket !== opened) return
      heardAt = clock.now()
      onMessage(data)
    }
    opened.onclose = ({ reason }) => {
      if (socket !== opened) return
      release()
      if (!onClose(reason)) return
      timer = setTimeout(connect, pause)
      pause = Math.min(pause * PAUSE_GROWTH, MAX_PAUSE_MS)
    }
  }

  function release() {
    const closing = socket
    socket = null
    linked = false
    onRelease()
    closing?.close()
  }

  function stop() {
    if (timer !== null) clearTimeout(timer)
    timer = null
    release()
  }

  const isActive = () => socket !== null || timer !== null

  return {
    isActive,
    isLinked: () => linked,
    hasSocket: () => socket !== null,
    /** Seconds that the link has been there. */
    linkedFor: () => clock.since(linkedAt),
    /** There should have been a link for a while. */
    isUnreached: () => startedAt !== null && clock.since(startedAt) > UNREACHED_S,
    /** Connect, unless it does already. */
    start() {
      if (isActive()) return
      startedAt = clock.now()
      connect()
    },
    stop,
    /** Stop, and forget that it was slow. */
    rest() {
      stop()
      pause = MIN_PAUSE_MS
      startedAt = null
    },
    /** Connect with another address. */
    restart() {
      stop()
      connect()
    },
    /** Called once a second: a link may die without a word, or with the machine asleep. */
    check() {
      if (socket === null || clock.now() - heardAt < SILENCE_MS) return
      stop()
      onSilence()
      connect()
    },
    /** @param {string} message */
    send(message) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(message)
    },
  }
}
