// What a live picture is drawn on. Chromium's <video> takes pictures one by one, converts them
// itself and needs a third of what a canvas costs where there is no graphics card; other browsers
// have the canvas.
//
//   const surface = drawingSurface()
//   surface.element; surface.width, surface.height   // of the pictures, 0 before the first
//   surface.ready()                                  // before the first, and after clear()
//   surface.show(picture, captured)                  // a VideoFrame or ImageBitmap, and its time in ms;
//   surface.clear()                                  // whoever shows a picture closes it afterwards

const drawingSurface = () => ("MediaStreamTrackGenerator" in window ? fedVideo() : drawnCanvas())

function fedVideo() {
  const element = h("video", { class: "picture", autoplay: true, playsinline: true, disablepictureinpicture: true })
  element.muted = true
  const surface = { element, width: 0, height: 0, ready, show, clear }
  let track = null
  let writer = null
  let early = null // shown before the player listens: what is written then is lost

  function ready() {
    if (track !== null) return
    track = new MediaStreamTrackGenerator({ kind: "video" })
    element.srcObject = new MediaStream([track])
  }

  function show(picture, captured) {
    const frame = picture instanceof VideoFrame ? picture.clone() : new VideoFrame(picture, { timestamp: 1000 * captured })
    surface.width = frame.displayWidth
    surface.height = frame.displayHeight
    if (writer !== null) return put(frame)
    early?.close()
    early = frame
  }

  function put(frame) {
    writer.write(frame).catch(() => frame.close())
    // One that was taken out of the page and put back stands still.
    if (element.paused) element.play().catch(() => {})
  }

  element.addEventListener("loadstart", () => {
    if (track === null || writer !== null) return
    writer = track.writable.getWriter()
    if (early !== null) put(early)
    early = null
  })

  function clear() {
    early?.close()
    track?.stop()
    track = writer = early = element.srcObject = null
    surface.width = surface.height = 0
  }

  return surface
}

function drawnCanvas() {
  const element = h("canvas", { class: "picture", width: 16, height: 9 })
  const context = element.getContext("2d")
  const surface = { element, width: 0, height: 0, ready() {}, show, clear }

  function show(picture) {
    const [width, height] = [picture.displayWidth ?? picture.width, picture.displayHeight ?? picture.height]
    if (surface.width !== width || surface.height !== height) {
      surface.width = element.width = width
      surface.height = element.height = height
    }
    context.drawImage(picture, 0, 0, width, height)
  }

  function clear() {
    context.clearRect(0, 0, element.width, element.height)
    surface.width = surface.height = 0
  }

  return surface
}
