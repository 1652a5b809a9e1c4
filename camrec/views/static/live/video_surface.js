// What a live picture is drawn on: a canvas. Without a graphics card a canvas converts, copies and scales
// each picture in the page's own thread, which has no time for several large ones: those are given to
// Chromium's <video> one by one, which needs a third of that. Other browsers have the canvas.
//
//   const surface = drawingSurface()
//   surface.element                                  // stands around the canvas, or the <video>
//   surface.width, surface.height                    // of the pictures, 0 before the first
//   surface.film()                                   // the canvas, or the <video>
//   surface.expect(width, height)                    // of what will be shown
//   surface.show(picture, captured)                  // a VideoFrame or ImageBitmap, and its time in ms;
//   surface.clear()                                  // whoever shows a picture closes it afterwards

const HEAVY = 1280 * 720 // pixels; one such picture costs a canvas about 10 ms without a graphics card
const SOFTWARE = /swiftshader|llvmpipe|software|basic render/i // what draws where there is none

function drawingSurface() {
  const canvas = drawnCanvas()
  const element = h("div", { class: "picture" }, canvas.element)
  const surface = { element, width: 0, height: 0, film: () => on.element, expect, show, clear }
  let video = null
  let on = canvas

  function expect(width, height) {
    const wanted = width * height > HEAVY && feedable() ? (video ??= fedVideo()) : canvas
    wanted.ready()
    if (wanted === on) return
    on.clear()
    on = wanted
    element.replaceChildren(on.element)
  }

  function show(picture, captured) {
    surface.width = picture.displayWidth ?? picture.width
    surface.height = picture.displayHeight ?? picture.height
    expect(surface.width, surface.height)
    on.show(picture, captured)
  }

  function clear() {
    on.clear()
    surface.width = surface.height = 0
  }

  return surface
}

/** Whether a <video> can be fed and is the better way. */
function feedable() {
  feedable.known ??= "MediaStreamTrackGenerator" in window && !accelerated()
  return feedable.known
}

function accelerated() {
  const context = h("canvas").getContext("webgl")
  const told = context?.getExtension("WEBGL_debug_renderer_info")
  const name = told ? context.getParameter(told.UNMASKED_RENDERER_WEBGL) : ""
  context?.getExtension("WEBGL_lose_context")?.loseContext()
  return context !== null && !SOFTWARE.test(name)
}

function drawnCanvas() {
  const element = h("canvas", { width: 16, height: 9 })
  const context = element.getContext("2d")

  function show(picture) {
    const [width, height] = [picture.displayWidth ?? picture.width, picture.displayHeight ?? picture.height]
    if (element.width !== width || element.height !== height) Object.assign(element, { width, height })
    context.drawImage(picture, 0, 0, width, height)
  }

  return { element, ready() {}, show, clear: () => context.clearRect(0, 0, element.width, element.height) }
}

function fedVideo() {
  const element = h("video", { autoplay: true, playsinline: true, disablepictureinpicture: true })
  element.muted = true
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
  }

  return { element, ready, show, clear }
}
