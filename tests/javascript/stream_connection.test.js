import assert from "node:assert/strict"
import { afterEach, beforeEach, mock, test } from "node:test"

import { steadyClock } from "../../camrec/dashboard/static/live/stream_clock.js"
import { streamConnection } from "../../camrec/dashboard/static/live/stream_connection.js"
import { provide } from "./browser_stubs.js"

class FakeSocket {
  /** @type {FakeSocket[]} */
  static opened = []
  static OPEN = 1
  readyState = 0
  isClosed = false
  /** @type {string[]} */
  sent = []
  onopen = () => {}
  /** @type {(event: {data: unknown}) => void} */
  onmessage = () => {}
  /** @type {(event: {reason: string}) => void} */
  onclose = () => {}

  /** @param {string} address */
  constructor(address) {
    this.address = address
    FakeSocket.opened.push(this)
  }

  open() {
    this.readyState = FakeSocket.OPEN
    this.onopen()
  }

  close() {
    this.isClosed = true
  }

  /** @param {string} message */
  send(message) {
    this.sent.push(message)
  }
}

let now = 0
/** @type {string[]} */
let events = []
let reopens = true

function connect() {
  const clock = steadyClock(() => now, () => now)
  const connection = streamConnection(clock, {
    address: () => `ws://camera/${FakeSocket.opened.length}`,
    onOpen: () => events.push("open"),
    onMessage: (data) => events.push(`message ${data}`),
    onRelease: () => events.push("release"),
    onClose(reason) {
      events.push(`close ${reason}`)
      return reopens
    },
    onSilence: () => events.push("silence"),
  })
  connection.start()
  return { connection, clock }
}

const latest = () => /** @type {FakeSocket} */ (FakeSocket.opened.at(-1))

beforeEach(() => {
  provide("WebSocket", FakeSocket)
  mock.timers.enable({ apis: ["setTimeout"] })
  FakeSocket.opened = []
  events = []
  now = 0
  reopens = true
})
afterEach(() => mock.timers.reset())

test("it is linked from opening to closing", () => {
  const { connection } = connect()
  assert.equal(connection.isLinked(), false)
  latest().open()
  assert.equal(connection.isLinked(), true)
  latest().onclose({ reason: "" })
  assert.equal(connection.isLinked(), false)
  assert.deepEqual(events, ["open", "release", "close "])
})

test("one that closes is opened again, after pauses that grow until a link is there", () => {
  connect()
  latest().onclose({ reason: "" })
  mock.timers.tick(499)
  assert.equal(FakeSocket.opened.length, 1)
  mock.timers.tick(1)
  assert.equal(FakeSocket.opened.length, 2)
  latest().onclose({ reason: "" })
  mock.timers.tick(849)
  assert.equal(FakeSocket.opened.length, 2)
  mock.timers.tick(1)
  assert.equal(FakeSocket.opened.length, 3)
  latest().open()
  latest().onclose({ reason: "" })
  mock.timers.tick(500)
  assert.equal(FakeSocket.opened.length, 4)
})

test("one that is closed for good is not opened again", () => {
  reopens = false
  const { connection } = connect()
  latest().onclose({ reason: "closed" })
  mock.timers.tick(60_000)
  assert.equal(FakeSocket.opened.length, 1)
  assert.equal(connection.isActive(), false)
})

test("one that was stopped hears nothing of its socket any more", () => {
  const { connection } = connect()
  const stopped = latest()
  stopped.open()
  connection.stop()
  events = []
  stopped.onmessage({ data: "late" })
  stopped.onclose({ reason: "" })
  mock.timers.tick(60_000)
  assert.deepEqual(events, [])
  assert.equal(stopped.isClosed, true)
})

test("a link that is silent for five seconds is opened again", () => {
  const { connection } = connect()
  latest().open()
  now = 3000
  latest().onmessage({ data: "facts" })
  now = 7999
  connection.check()
  assert.equal(FakeSocket.opened.length, 1)
  now = 8000
  connection.check()
  assert.equal(FakeSocket.opened.length, 2)
  assert.deepEqual(events, ["open", "message facts", "release", "silence"])
})

test("starting twice opens one socket, also while a pause runs", () => {
  const { connection } = connect()
  connection.start()
  latest().onclose({ reason: "" })
  connection.start()
  assert.equal(FakeSocket.opened.length, 1)
})

test("without a link it is called unreached after four seconds, and not while it rests", () => {
  const { connection } = connect()
  now = 4001
  assert.equal(connection.isUnreached(), true)
  connection.rest()
  assert.equal(connection.isUnreached(), false)
})

test("nothing is sent before a socket is open", () => {
  const { connection } = connect()
  connection.send("ok")
  latest().open()
  connection.send("ok 1 1")
  assert.deepEqual(latest().sent, ["ok 1 1"])
})
