// One WebSocket to camrec, opened again when it closes or falls silent.

/** @import { SteadyClock } from "./stream_clock.js" */
/** @typedef {ReturnType<typeof streamConnection>} StreamConnection */

const MIN_PAUSE_MS = 500 // before connecting again; it grows with each attempt
const MAX_PAUSE_MS = 10_000
const PAUSE_GROWTH = 1.7
const SILENCE_MS = 5000 // without a message, after which the connection is dead: there is one each second
const UNREACHED_S = 4 // without a connection, after which the page says so

/**
 * @param {SteadyClock} clock
 * @param {object} handlers
 * @param {() => string} handlers.address called before each connection
 * @param {() => void} handlers.onOpen
 * @param {(data: string | ArrayBuffer) => void} handlers.onMessage
 * @param {() => void} handlers.onRelease a connection has ended, whoever ended it
 * @param {(reason: string) => boolean} handlers.onClose the server closed it; returns whether to open it again
 * @param {() => void} handlers.onSilence no message arrived; it is opened again
 */
export function streamConnection(clock, { address, onOpen, onMessage, onRelease, onClose, onSilence }) {
  /** @type {WebSocket | null} */
  let socket = null
  /** @type {ReturnType<typeof setTimeout> | null} */
  let timer = null
  let pause = MIN_PAUSE_MS
  let messageAt = 0 // time of the latest message, by `clock`
  const link = linkTimes(clock)

  function connect() {
    timer = null
    messageAt = clock.now()
    socket = openSocket(address(), (opened) => opened === socket, {
      open() {
        pause = MIN_PAUSE_MS
        link.opened()
        onOpen()
      },
      message(data) {
        messageAt = clock.now()
        onMessage(data)
      },
      close(reason) {
        release()
        if (!onClose(reason)) return
        timer = setTimeout(connect, pause)
        pause = Math.min(pause * PAUSE_GROWTH, MAX_PAUSE_MS)
      },
    })
  }

  function release() {
    const closing = socket
    socket = null
    link.closed()
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
    isLinked: link.isLinked,
    linkedFor: link.linkedFor,
    isUnreached: link.isUnreached,
    hasSocket: () => socket !== null,
    /** Connect, unless there is a connection or will be one. */
    start() {
      if (isActive()) return
      link.started()
      connect()
    },
    stop,
    /** Stop, and forget how many attempts there were. */
    rest() {
      stop()
      pause = MIN_PAUSE_MS
      link.rested()
    },
    /** Connect again, as the address has changed. */
    restart() {
      stop()
      connect()
    },
    /** Called once a second: a connection may end without an event, or while the machine sleeps. */
    check() {
      if (socket === null || clock.now() - messageAt < SILENCE_MS) return
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

/**
 * Since when there is a connection, and since when one is wanted.
 * @param {SteadyClock} clock
 */
function linkTimes(clock) {
  let linkedAt = 0
  let linked = false
  /** @type {number | null} */
  let startedAt = null
  return {
    opened() {
      linkedAt = clock.now()
      linked = true
    },
    closed: () => void (linked = false),
    started: () => void (startedAt = clock.now()),
    rested: () => void (startedAt = null),
    isLinked: () => linked,
    /** Seconds since it was opened. */
    linkedFor: () => clock.since(linkedAt),
    /** Whether it has not been opened for too long. */
    isUnreached: () => startedAt !== null && clock.since(startedAt) > UNREACHED_S,
  }
}

/**
 * @param {string} address
 * @param {(socket: WebSocket) => boolean} isCurrent events of any other socket are ignored
 * @param {object} handlers
 * @param {() => void} handlers.open
 * @param {(data: string | ArrayBuffer) => void} handlers.message
 * @param {(reason: string) => void} handlers.close
 */
function openSocket(address, isCurrent, { open, message, close }) {
  const socket = new WebSocket(address)
  socket.binaryType = "arraybuffer"
  socket.onopen = () => {
    if (isCurrent(socket)) open()
  }
  socket.onmessage = ({ data }) => {
    if (isCurrent(socket)) message(data)
  }
  socket.onclose = ({ reason }) => {
    if (isCurrent(socket)) close(reason)
  }
  return socket
}
