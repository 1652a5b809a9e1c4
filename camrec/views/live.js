// The live picture: one WebSocket, one canvas, the newest frame only; shared by the page's tile and
// the notebook's view.
//
//   const live = livePicture(life, () => address("stream?...", model.base, "ws"))
//   live.canvas; live.run(true or false); live.age() in seconds or null; live.linked; live.facts
//   live.onChange = () => ...                       // a first frame, new facts, link lost or back
//   live.captured, live.behind                      // ms: the picture's time; now less that, at best
//
// Each binary message is a 16-byte header (u64 capture time in µs UTC, u64 number) and a JPEG; each
// gets the answer "ok" once it is drawn or dropped, and the server sends no more than two ahead.
// Once a second a text message tells {width, height, fps, bit_rate, age, viewers}; unknown is null.

const HEADER = 16
const SHORTEST_PAUSE = 500 // ms before connecting again; it grows to the longest
const LONGEST_PAUSE = 10_000
const UNSEEN_MESSAGES = 8 // a view that left the page without a word gives its socket up after these

function livePicture(life, url) {
  const canvas = h("canvas", { width: 16, height: 9 })
  const context = canvas.getContext("2d")
  const live = { canvas, linked: false, facts: null, frames: 0, captured: null, behind: Infinity, onChange: () => {} }
  let socket = null
  let timer = null
  let pause = SHORTEST_PAUSE
  let pending = null
  let drawing = false
  let onScreen = true
  let unseen = 0
  let shownAt = null // when the newest frame was drawn, on performance.now()
  let factsAt = null

  const answer = () => socket?.readyState === WebSocket.OPEN && socket.send("ok")

  async function draw() {
    if (drawing || pending === null || document.hidden || !onScreen) return
    drawing = true
    const data = pending
    pending = null
    try {
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(data, HEADER)], { type: "image/jpeg" }))
      if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
        canvas.width = bitmap.width
        canvas.height = bitmap.height
      }
      context.drawImage(bitmap, 0, 0)
      bitmap.close()
      live.captured = Number(new DataView(data).getBigUint64(0, true)) / 1000
      live.behind = Math.min(live.behind, Date.now() - live.captured)
      live.frames += 1
      shownAt = performance.now()
      if (live.frames === 1) live.onChange()
    } catch {
      // One frame that is no JPEG: the next one may be.
    }
    drawing = false
    answer()
    draw()
  }

  function receive({ data }) {
    unseen = canvas.isConnected ? 0 : unseen + 1
    if (unseen > UNSEEN_MESSAGES) return life.end()
    if (typeof data === "string") {
      live.facts = JSON.parse(data)
      factsAt = performance.now()
      live.onChange()
      return
    }
    if (pending !== null) answer()
    pending = data
    draw()
  }

  function connect() {
    timer = null
    const opened = new WebSocket(url())
    socket = opened
    opened.binaryType = "arraybuffer"
    opened.onopen = () => {
      pause = SHORTEST_PAUSE
      live.linked = true
      live.onChange()
    }
    opened.onmessage = receive
    opened.onclose = () => {
      if (socket !== opened) return
      socket = null
      pending = null
      live.linked = false
      live.onChange()
      timer = setTimeout(connect, pause)
      pause = Math.min(pause * 1.7, LONGEST_PAUSE)
    }
  }

  function disconnect() {
    clearTimeout(timer)
    timer = null
    const closing = socket
    socket = null
    live.linked = false
    closing?.close()
  }

  /** Connect, or let go; asked any number of times. */
  live.run = (wanted) => {
    if (wanted && socket === null && timer === null) connect()
    if (!wanted) disconnect()
  }

  /** Seconds since the picture that is shown was new; null before anything is known. */
  live.age = () => {
    const since = (moment) => (performance.now() - moment) / 1000
    const told = live.facts?.age == null ? null : live.facts.age + since(factsAt)
    // Off the screen a frame waits on purpose: then only what the server tells counts.
    if (shownAt === null || (pending !== null && told !== null)) return told
    return Math.max(since(shownAt), live.linked ? (live.facts?.age ?? 0) : 0)
  }

  /** Seconds without a picture from which it is called old. */
  live.patience = () => Math.max(2, live.facts?.fps > 0 ? 2.5 / live.facts.fps : 0)

  const watcher = new IntersectionObserver((entries) => {
    onScreen = entries[entries.length - 1].isIntersecting
    draw()
  })
  watcher.observe(canvas)
  life.on(document, "visibilitychange", draw)
  life.add(() => watcher.disconnect())
  life.add(disconnect)
  return live
}
