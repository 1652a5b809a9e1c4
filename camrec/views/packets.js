// H.264 pictures as the camera coded them, decoded by the browser.
//
//   const packets = packetWay({ show, answer, fail })
//   packets.begin({codec})       // a new decoder; what comes next is a key picture
//   packets.take(data, captured, key, passing)
//   packets.end()
//
// show(frame, captured) draws it; the frame is closed afterwards. answer() is called once for each
// picture, as soon as the decoder has taken it. fail(shown) ends the way: the browser cannot decode this, or not any more; `shown` tells whether it ever showed one.

/** Whether the browser has a decoder: not on plain http, but for this machine's own addresses. */
const canDecode = () => "VideoDecoder" in window

function packetWay({ show, answer, fail }) {
  const MOST_UNSEEN = 60 // pictures taken without one coming out: it will never do
  let decoder = null
  let passing = new Set() // times of those that are not to be shown
  let waiting = 0 // pictures that the decoder has not taken
  let taken = 0
  let shown = false

  function begin({ codec }) {
    while (waiting-- > 0) answer()
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
    for (; waiting > decoder.decodeQueueSize; waiting -= 1) {
      taken += 1
      answer()
    }
    if (taken <= MOST_UNSEEN) return
    end()
    fail(false)
  }

  /** `captured` in milliseconds: each picture has its own. */
  function take(data, captured, key, isPassing) {
    if (decoder === null) return
    const timestamp = Math.round(1000 * captured)
    if (isPassing) passing.add(timestamp)
    waiting += 1
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
    waiting = 0
    taken = 0
  }

  return { begin, take, end }
}
