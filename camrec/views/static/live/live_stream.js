// The live picture: one WebSocket, one surface, the newest picture only; shared by the page's tile and
// the notebook's view.
//
//   const live = livePicture(life, () => address("stream?session_id=...", model.base, "ws"))
//                                                   // third: what has to be in sight, unless it is the picture
//   live.element; live.run(true or false); live.age() in seconds or null; live.linked; live.facts
//   live.waiting()                                  // nothing new is shown yet, though it will be
//   live.lost()                                     // the link is lost, or does not come to be
//   live.closed                                     // the camera was closed: there will be no link
//   live.onChange = () => ...                       // a first picture, new facts, link lost or back
//   live.skew                                       // ms by which this browser's clock is before camrec's
//   await live.still()                              // {blob, date, ending}: the picture as a file
//
// The element says in data-way how the picture came: "h264" or "jpeg".
//
// Where the browser can decode, pictures come as H.264 (packets.js), else as JPEG (jpegs.js). In front of each is
// a header: u64 capture time in µs UTC, u64 number, and for one that asked for H.264 u64 flags. Each is
// answered with "ok", some together with "ok 3 4" (web/stream.py), and the server sends no more than a few ahead. Once
// a second a text message tells {now, width, height, fps, bit_rate, age, usual_distance, viewers, lag}; unknown is null.
// Another one, {codec, width, height}, goes before H.264 pictures.
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
const GRACE = 2 // seconds in which a new link may bring older pictures than were shown
const CLOSED = "closed" // what the server says when the camera was
const UNPACED = 15 // seconds without a picture while nobody knows yet how far apart they usually are
const SAME = 5 // ms by which two tellings of one picture's time may differ
const CATCHING_UP = 5 // seconds that a page may take to decode the group that it joined in
const NO_LINK = 4 // seconds without a link from which that is said
const LATE = 0.3 // seconds from a camera's picture to this page from which on it is late
const SKEWS = 5 // of so many latest facts the quickest tells how the clocks differ
const TRIES = 3 // a decoder that fails as often within a minute is given up

function livePicture(life, url, within = null) {
  const surface = drawingSurface()
  const { element } = surface
  const live = { element, linked: false, closed: false, facts: null, frames: 0, captured: null, skew: 0, onChange: () => {} }
  let socket = null
  let timer = null
  let resting = null // the timer that lets go
  let pause = SHORTEST_PAUSE
  let wanted = false
  let onScreen = true
  let unseen = 0
  let asleep = 0 // ms that this machine slept, which performance.now() leaves out
  let clocks = [Date.now(), performance.now()]
  let skews = [] // ms, of the latest facts
  let factsAt = null
  let heardAt = null
  let beganAt = null
  let linkedAt = null
  let decodes = canDecode()
  let link = "" // the address of the latest connection
  let width = 0 // in pixels, that was asked for; 0 where it was not known
  let failures = [] // when a decoder failed, on now()

  const now = () => performance.now() + asleep
  const since = (moment) => (now() - moment) / 1000
  const answer = (count = 1, together = 1) => socket?.readyState === WebSocket.OPEN && socket.send(`ok ${count} ${together}`)

  const show = (way) => (picture, captured) => {
    // Who comes back gets the group's first picture first, and may have seen newer ones.
    if (captured < live.captured - SAME && since(linkedAt) < GRACE) return
    surface.show(picture, captured)
    live.captured = captured
    live.frames += 1
    element.classList.toggle("old", shownAge() >= live.patience())
    if (element.dataset.way !== way) element.dataset.way = way
    if (live.frames === 1) live.onChange()
  }

  const jpegs = jpegWay({ answer, show: show("jpeg") })
  const packets = packetWay({
    answer,
    show: show("h264"),
    fail(shown) {
      failures = [...failures.filter((moment) => since(moment) < 60), now()]
      if (!shown || failures.length >= TRIES) decodes = false
      disconnect()
      update()
    },
  })

  function receive(data, long) {
    unseen = element.isConnected ? 0 : unseen + 1
    if (unseen > UNSEEN_MESSAGES) return life.end()
    heardAt = now()
    if (typeof data === "string") return hear(JSON.parse(data))
    const head = new DataView(data)
    const flags = long ? Number(head.getBigUint64(16, true)) : JPEG
    const captured = Number(head.getBigUint64(0, true)) / 1000
    const picture = new Uint8Array(data, long ? LONG_HEADER : HEADER)
    if (flags & JPEG) jpegs.take(picture, captured)
    else packets.take(picture, captured, Boolean(flags & KEY), Boolean(flags & PASSING), age(captured) > LATE)
  }

  function hear(told) {
    if ("codec" in told) {
      surface.expect(told.width, told.height)
      return packets.begin(told)
    }
    live.facts = told
    factsAt = now()
    skews = [...skews.slice(1 - SKEWS), Date.now() - 1000 * told.now]
    live.skew = Math.min(...skews)
    grown() // it may have before the camera's own size was known
    live.onChange()
  }

  function connect() {
    timer = null
    const long = decodes
    width = wide()
    skews = []
    link = url()
    const opened = new WebSocket(`${link}&mode=${long ? "h264" : "page"}${width ? `&width=${width}` : ""}`)
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
    opened.onclose = ({ reason }) => {
      if (socket !== opened) return
      letGo()
      live.closed = reason === CLOSED
      live.onChange()
      if (live.closed) return live.run(false)
      timer = setTimeout(connect, pause)
      pause = Math.min(pause * 1.7, LONGEST_PAUSE)
    }
  }

  function letGo() {
    const closing = socket
    socket = null
    live.linked = false
    packets.end()
    jpegs.end()
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
    surface.clear()
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

  const wide = () => Math.ceil(element.clientWidth * devicePixelRatio)
  /** What is shown is smaller than the camera's own pictures: no more was asked for. */
  const reduced = () => live.frames > 0 && (live.facts?.width ?? 0) > surface.width

  /** Shown larger than before, as in full screen: ask for more. */
  function grown() {
    if (socket === null || !reduced() || wide() <= width) return
    disconnect()
    connect()
  }

  /** The picture as a file, and its time: the one that is shown, or in full size the camera's newest. */
  live.still = async () => {
    const [shown, date] = [h("canvas", { width: surface.width, height: surface.height }), new Date(live.captured)]
    shown.getContext("2d").drawImage(surface.film(), 0, 0)
    // A JPEG may be smaller until the camera's own size is told.
    const smaller = live.facts === null ? element.dataset.way === "jpeg" : reduced()
    const answer = smaller && (await fetch(link.replace(/^ws/, "http").replace("stream?", "snapshot?")).catch(() => null))
    if (answer?.ok) return { blob: await answer.blob(), date: new Date(answer.headers.get("Captured-At")), ending: "jpg" }
    return { blob: await new Promise((done) => shown.toBlob(done, "image/png")), date, ending: "png" }
  }

  /** Have it or not; asked any number of times. */
  live.run = (want) => {
    wanted = want
    update()
  }

  const toldAge = () => (live.facts?.age == null ? null : live.facts.age + since(factsAt))
  /** Seconds since a picture was new. */
  const age = (captured) => (Date.now() - live.skew - captured) / 1000
  const shownAge = () => Math.max(0, age(live.captured), (live.linked && live.facts?.lag) || 0)
  /** What is shown is old, and newer ones are on their way: those of the group that this page joined in. */
  const catchingUp = () =>
    live.linked && since(linkedAt) < CATCHING_UP && shownAge() >= live.patience() && toldAge() !== null && toldAge() < live.patience()

  /** Nothing new is shown yet, though it will be. */
  live.waiting = () => live.frames === 0 || catchingUp()

  /** Seconds since the picture that is shown was new; null before anything is known. */
  live.age = () => {
    if (!live.waiting()) return shownAge()
    // Of an earlier look it is still known when there was one.
    return toldAge() ?? (live.lost() && live.captured !== null ? shownAge() : null)
  }

  /** The link is lost, or does not come to be. */
  live.lost = () => !live.linked && (live.frames > 0 || (beganAt !== null && since(beganAt) > NO_LINK))

  /** Seconds without a picture from which it is called old. */
  live.patience = () => {
    const { usual_distance = null } = live.facts ?? {}
    return usual_distance === 0 ? UNPACED : Math.max(2, 2.5 * (usual_distance ?? 0))
  }

  const watcher = new IntersectionObserver((entries) => {
    onScreen = entries[entries.length - 1].isIntersecting
    update()
  })
  watcher.observe(within ?? element)
  const measure = new ResizeObserver(grown)
  measure.observe(element)
  life.on(document, "visibilitychange", update)
  life.on(window, "online", check)
  life.every(1000, check)
  life.add(() => watcher.disconnect())
  life.add(() => measure.disconnect())
  life.add(() => live.run(false))
  life.add(surface.clear)
  return live
}
