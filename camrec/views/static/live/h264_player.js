// H.264 pictures as the camera coded them, decoded by the browser.
//
//   const packets = packetWay({ show, answer, fail })
//   packets.begin({codec})       // a new decoder; what comes next is a key picture
//   packets.take(data, captured, key, passing, late)
//   packets.end()
//
// show(frame, captured) draws it; the frame is closed afterwards. answer(count, together) tells that the
// decoder has taken `count` more, and how many the next answer waits for at most: each is answered by itself
// while it is behind or pictures come late, else some together, which costs the server less. fail(shown) ends the way: the browser cannot decode this, or not any more; `shown` tells whether it ever showed one.

/** Whether the browser has a decoder: not on plain http, but for this machine's own addresses. */
const canDecode = () => "VideoDecoder" in window

function packetWay({ show, answer, fail }) {
  const MOST_UNSEEN = 60 // pictures taken without one coming out: it will never do
  const [TOGETHER, LARGE, RESTING] = [8, 64 << 10, 350] // pictures, bytes, and ms that one answer waits for at most
  let decoder = null
  let passing = new Set() // times of those that are not to be shown
  let waiting = [] // bytes of the pictures that the decoder has not taken
  let due = { count: 0, bytes: 0 } // those that it has taken and that no answer spoke of
  let resting = null // the timer of the answer
  let together = 1 // pictures that the next answer waits for: one more each time, as the server is told
  let hurried = false // the last picture came late
  let taken = 0
  let shown = false

  const behind = () => hurried || waiting.length > 0

  function begin({ codec }) {
    due.count += waiting.length
    together = 1
    if (due.count > 0) answer(due.count, together)
    end()
    const made = new VideoDecoder({
      output(frame) {
        const unseen = passing.has(frame.timestamp)
        for (const time of passing) if (time <= frame.timestamp) passing.delete(time)
        if (made === decoder) taken = 0
        if (made === decoder && !unseen) {
          shown = true
          show(frame, frame.timestamp / 1000)
        }
        frame.close()
      },
      error() {
        if (made !== decoder) return
        decoder = null
        fail(shown)
      },
    })
    made.addEventListener("dequeue", () => made === decoder && took())
    decoder = made
    made.configure({ codec, optimizeForLatency: true })
  }

  /** Tell of those that the decoder has taken meanwhile. */
  function took() {
    while (waiting.length > decoder.decodeQueueSize) {
      taken += 1
      due.count += 1
      due.bytes += waiting.shift()
    }
    if (behind() || due.count >= together || due.bytes >= LARGE) tell()
    else resting ??= setTimeout(tell, RESTING)
    if (taken <= MOST_UNSEEN) return
    end()
    fail(false)
  }

  function tell() {
    clearTimeout(resting)
    resting = null
    if (behind()) together = 1
    else if (due.count >= together) together = Math.min(together + 1, TOGETHER)
    if (due.count > 0) answer(due.count, together)
    due = { count: 0, bytes: 0 }
  }

  /** `captured` in milliseconds: each picture has its own. */
  function take(data, captured, key, isPassing, late) {
    if (decoder === null) return
    hurried = late
    const timestamp = Math.round(1000 * captured)
    if (isPassing) passing.add(timestamp)
    waiting.push(data.length)
    try {
      decoder.decode(new EncodedVideoChunk({ type: key ? "key" : "delta", timestamp, data }))
    } catch {
      // It was closed by an error that it has not told yet.
    }
  }

  function end() {
    const ending = decoder
    decoder = null
    if (ending && ending.state !== "closed") ending.close()
    passing = new Set()
    waiting = []
    taken = 0
    due = { count: 0, bytes: 0 }
    clearTimeout(resting)
    resting = null
  }

  return { begin, take, end }
}
