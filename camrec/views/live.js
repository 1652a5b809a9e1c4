// The live picture: one WebSocket, one canvas, the newest picture only; shared by the page's tile and
// the notebook's view.
//
//   const live = livePicture(life, () => address("stream?session_id=...", model.base, "ws"))
//   live.canvas; live.run(true or false); live.age() in seconds or null; live.linked; live.facts
//   live.onChange = () => ...                       // a first picture, new facts, link lost or back
//   live.captured, live.behind                      // ms: the picture's time; now less that, at best
//   await live.still()                              // {blob, date, ending}: the picture as a file
//
// The canvas says in data-way how the picture came: "h264" or "jpeg".
//
// Where the browser can decode, pictures come as H.264 (packets.js), else as JPEG. In front of each is
// a header: u64 capture time in µs UTC, u64 number, and for one that asked for H.264 u64 flags. Each is
// answered with "ok", and the server sends no more than a few ahead. Once a second a text message
// tells {width, height, fps, bit_rate, age, viewers, lag}; unknown is null. Another one, {codec, width,
// height}, goes before H.264 pictures.
//
// While nobody can see it (a hidden tab, scrolled away) it holds no connection and shows nothing.

const HEADER = 16
const LONG_HEADER = 24
const [KEY, PASSING, JPEG] = [1, 2, 4] // flags
const SHORTEST_PAUSE = 500 // ms before connecting again; it grows to the longest
const LONGEST_PAUSE = 10_000
const SILENCE = 5000 // ms without a message after which the connection is dead: there is one a second
const UNSEEN_MESSAGES = 8 // a view that left the page without a word gives its socket up after these
const REST = 1000 // ms out of sight before it lets go
const GRACE = 2 // seconds that the first picture may take
const TRIES = 3 // a decoder that fails as often within a minute is given up

function livePicture(life, url) {
  const canvas = h("canvas", { width: 16, height: 9 })
  const context = canvas.getContext("2d")
  const live = { canvas, linked: false, facts: null, frames: 0, captured: null, behind: Infinity, onChange: () => {} }
  let socket = null
  let timer = null
  let resting = null // the timer that lets go
  let pause = SHORTEST_PAUSE
  let pending = null // a JPEG that came while another one is drawn
  let drawing = false
  let wanted = false
  let onScreen = true
  let unseen = 0
  let asleep = 0 // ms that this machine slept, which performance.now() leaves out
  let clocks = [Date.now(), performance.now()]
  let shownAt = null // when the newest picture was drawn, on now()
  let factsAt = null
  let heardAt = null
  let beganAt = null
  let linkedAt = null
  let decodes = canDecode()
  let width = 0 // in pixels, that was asked for; 0 where it was not known
  let failures = [] // when a decoder failed, on now()

  const now = () => performance.now() + asleep
  const since = (moment) => (now() - moment) / 1000
  const answer = () => socket?.readyState === WebSocket.OPEN && socket.send("ok")

  function show(picture, width, height, captured, way) {
    // Who comes back gets the group's first picture first, and may have seen newer ones.
    if (captured < live.captured && since(linkedAt) < GRACE) return
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width
      canvas.height = height
    }
    context.drawImage(picture, 0, 0, width, height)
    live.captured = captured
    live.behind = Math.min(live.behind, Date.now() - captured)
    live.frames += 1
    if (canvas.dataset.way !== way) canvas.dataset.way = way
    shownAt = now()
    if (live.frames === 1) live.onChange()
  }

  const way = packets({
    answer,
    show: (frame, captured) => show(frame, frame.displayWidth, frame.displayHeight, captured, "h264"),
    fail(shown) {
      failures = [...failures.filter((moment) => since(moment) < 60), now()]
      if (!shown || failures.length >= TRIES) decodes = false
      disconnect()
      update()
    },
  })

  async function draw() {
    if (drawing || pending === null) return
    drawing = true
    const { data, header } = pending
    pending = null
    const asked = socket
    try {
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(data, header)], { type: "image/jpeg" }))
      const captured = Number(new DataView(data).getBigUint64(0, true)) / 1000
      if (asked === socket) show(bitmap, bitmap.width, bitmap.height, captured, "jpeg")
      bitmap.close()
    } catch {
      // One picture that is no JPEG: the next one may be.
    }
    drawing = false
    if (asked === socket) answer()
    draw()
  }

  function receive(data, long) {
    unseen = canvas.isConnected ? 0 : unseen + 1
    if (unseen > UNSEEN_MESSAGES) return life.end()
    heardAt = now()
    if (typeof data === "string") return hear(JSON.parse(data))
    const head = new DataView(data)
    const flags = long ? Number(head.getBigUint64(16, true)) : JPEG
    if (flags & JPEG) {
      if (pending !== null) answer()
      pending = { data, header: long ? LONG_HEADER : HEADER }
      draw()
    } else {
      const captured = Number(head.getBigUint64(0, true))
      way.decode(Boolean(flags & KEY), Boolean(flags & PASSING), captured, new Uint8Array(data, LONG_HEADER))
    }
  }

  function hear(told) {
    if ("codec" in told) return way.begin(told)
    live.facts = told
    factsAt = now()
    live.onChange()
  }

  function connect() {
    timer = null
    const long = decodes
    width = wide()
    const opened = new WebSocket(`${url()}&mode=${long ? "h264" : "page"}${width ? `&width=${width}` : ""}`)
    socket = opened
    heardAt = now()
    opened.binaryType = "arraybuffer"
    opened.onopen = () => {
      if (socket !== opened) return
      pause = SHORTEST_PAUSE
      linkedAt = now()
      live.linked = true
      live.onChange()
    }
    opened.onmessage = ({ data }) => socket === opened && receive(data, long)
    opened.onclose = () => {
      if (socket !== opened) return
      letGo()
      live.onChange()
      timer = setTimeout(connect, pause)
      pause = Math.min(pause * 1.7, LONGEST_PAUSE)
    }
  }

  function letGo() {
    const closing = socket
    socket = null
    pending = null
    live.linked = false
    way.end()
    closing?.close()
  }

  function disconnect() {
    clearTimeout(timer)
    timer = null
    letGo()
  }

  /** Connect or let go, as it is wanted and seen. */
  function update() {
    const seen = wanted && !document.hidden && onScreen
    if (seen) {
      clearTimeout(resting)
      resting = null
      if (socket !== null || timer !== null) return
      beganAt = now()
      connect()
    } else if (!wanted) {
      clearTimeout(resting)
      resting = null
      disconnect()
    } else if (resting === null && (socket !== null || timer !== null)) {
      resting = setTimeout(rest, REST)
    }
  }

  /** Nothing is shown that would be old when somebody looks again. */
  function rest() {
    resting = null
    disconnect()
    pause = SHORTEST_PAUSE
    live.frames = 0
    live.facts = null
    beganAt = null
    context.clearRect(0, 0, canvas.width, canvas.height)
    live.onChange()
  }

  /** Once a second: after a sleep, or when the link died without a word, connect anew. */
  function check() {
    const [wall, steady] = [Date.now(), performance.now()]
    const slept = wall - clocks[0] - (steady - clocks[1])
    clocks = [wall, steady]
    if (slept > SILENCE) asleep += slept
    if (socket === null || now() - heardAt < SILENCE) return
    disconnect()
    live.onChange()
    connect()
  }

  const wide = () => Math.ceil(canvas.clientWidth * devicePixelRatio)
  /** What is shown is smaller than the camera's own pictures: no more was asked for. */
  const reduced = () => live.frames > 0 && (live.facts?.width ?? 0) > canvas.width

  /** Shown larger than before, as in full screen: ask for more. */
  function grown() {
    if (socket === null || !reduced() || wide() <= width) return
    disconnect()
    connect()
  }

  /** The picture as a file, and its time: the one that is shown, or in full size the camera's newest. */
  live.still = async () => {
    const [shown, date] = [document.createElement("canvas"), new Date(live.captured)]
    Object.assign(shown, { width: canvas.width, height: canvas.height }).getContext("2d").drawImage(canvas, 0, 0)
    const answer = reduced() && (await fetch(url().replace(/^ws/, "http").replace("stream?", "snapshot?")).catch(() => null))
    if (answer?.ok) return { blob: await answer.blob(), date: new Date(answer.headers.get("Captured-At")), ending: "jpg" }
    return { blob: await new Promise((done) => shown.toBlob(done, "image/png")), date, ending: "png" }
  }

  /** Have it or not; asked any number of times. */
  live.run = (want) => {
    wanted = want
    update()
  }

  /** Seconds since the picture that is shown was new; null before anything is known. */
  live.age = () => {
    const told = live.facts?.age == null ? null : live.facts.age + since(factsAt)
    if (live.frames > 0) {
      const late = live.linked ? Math.max(live.facts?.lag ?? 0, live.facts?.age ?? 0) : 0
      return Math.max(since(shownAt), late)
    }
    // Nothing is shown yet: soon there will be, or since the last one that was there is none.
    if (told !== null || shownAt === null || beganAt === null || since(beganAt) < GRACE) return told
    return since(shownAt)
  }

  /** Seconds without a picture from which it is called old. */
  live.patience = () => Math.max(2, live.facts?.fps > 0 ? 2.5 / live.facts.fps : 0)

  const watcher = new IntersectionObserver((entries) => {
    onScreen = entries[entries.length - 1].isIntersecting
    update()
  })
  watcher.observe(canvas)
  const measure = new ResizeObserver(grown)
  measure.observe(canvas)
  life.on(document, "visibilitychange", update)
  life.on(window, "online", check)
  life.every(1000, check)
  life.add(() => watcher.disconnect())
  life.add(() => measure.disconnect())
  life.add(() => live.run(false))
  return live
}
