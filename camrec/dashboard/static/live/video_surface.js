// The surface that frames are drawn on: a canvas. Without a graphics card a canvas converts, copies and scales each frame
// in the page's own thread, which is too slow for several large ones. Chromium's <video> takes frames one by one, in a
// third of the time, so there large frames go to it. Other browsers use the canvas.

import { h } from "../kit/base.js"

/** @typedef {ImageBitmap | VideoFrame} Picture */
/** @typedef {ReturnType<typeof videoSurface>} VideoSurface */

const HEAVY_PIXELS = 1280 * 720 // one such frame costs a canvas about 10 ms without a graphics card
const SOFTWARE_RENDERER = /swiftshader|llvmpipe|software|basic render/i

/** `element` contains the canvas or the <video>; `width` and `height` are 0 before the first frame. */
export function videoSurface() {
  const canvas = canvasSurface()
  const element = h("div", { class: "picture" }, canvas.element)
  /** @type {ReturnType<typeof videoElementSurface> | null} */
  let video = null
  /** @type {ReturnType<typeof canvasSurface | typeof videoElementSurface>} */
  let current = canvas

  const surface = {
    element,
    width: 0,
    height: 0,
    /** The canvas or the <video>. */
    source: () => current.element,
    /**
     * The next frames have this size.
     * @param {number} width
     * @param {number} height
     */
    expect(width, height) {
      const wanted = width * height > HEAVY_PIXELS && prefersVideoElement() ? (video ??= videoElementSurface()) : canvas
      wanted.ready()
      if (wanted === current) return
      current.clear()
      current = wanted
      element.replaceChildren(current.element)
    },
    /**
     * Draw a frame. The caller closes it afterwards.
     * @param {Picture} picture
     * @param {number} capturedAt
     */
    show(picture, capturedAt) {
      const { width, height } = sizeOf(picture)
      Object.assign(surface, { width, height })
      surface.expect(width, height)
      current.show(picture, capturedAt)
    },
    clear() {
      current.clear()
      surface.width = surface.height = 0
    },
  }
  return surface
}

/** @param {Picture} picture */
const sizeOf = (picture) =>
  "displayWidth" in picture
    ? { width: picture.displayWidth, height: picture.displayHeight }
    : { width: picture.width, height: picture.height }

/** @type {boolean | undefined} */
let isVideoElementBetter // found out once, as that needs a graphics context

/** Whether a <video> takes single frames and is faster. */
const prefersVideoElement = () => (isVideoElementBetter ??= "MediaStreamTrackGenerator" in window && !hasGraphicsCard())

function hasGraphicsCard() {
  const context = h("canvas").getContext("webgl")
  if (context === null) return false
  const info = context.getExtension("WEBGL_debug_renderer_info")
  const renderer = info ? context.getParameter(info.UNMASKED_RENDERER_WEBGL) : ""
  context.getExtension("WEBGL_lose_context")?.loseContext()
  return !SOFTWARE_RENDERER.test(renderer)
}

function canvasSurface() {
  const element = h("canvas", { width: 16, height: 9 })
  const context = /** @type {CanvasRenderingContext2D} */ (element.getContext("2d"))
  return {
    element,
    ready() {},
    /**
     * @param {Picture} picture
     * @param {number} _capturedAt
     */
    show(picture, _capturedAt) {
      const { width, height } = sizeOf(picture)
      if (element.width !== width || element.height !== height) Object.assign(element, { width, height })
      context.drawImage(picture, 0, 0, width, height)
    },
    clear: () => context.clearRect(0, 0, element.width, element.height),
  }
}

function videoElementSurface() {
  const element = h("video", { autoplay: true, playsinline: true, disablepictureinpicture: true })
  element.muted = true
  /** @type {MediaStreamTrackGenerator | null} */
  let track = null
  /** @type {WritableStreamDefaultWriter<VideoFrame> | null} */
  let writer = null
  /** @type {VideoFrame | null} */
  let early = null // shown before the <video> plays: frames that are written before are lost

  /**
   * @param {WritableStreamDefaultWriter<VideoFrame>} to
   * @param {VideoFrame} frame
   */
  function write(to, frame) {
    to.write(frame).catch(() => frame.close())
    // A <video> that was removed from the page and added again is paused.
    if (element.paused) element.play().catch(() => {})
  }

  element.addEventListener("loadstart", () => {
    if (track === null || writer !== null) return
    writer = track.writable.getWriter()
    if (early !== null) write(writer, early)
    early = null
  })

  return {
    element,
    ready() {
      if (track !== null) return
      track = new MediaStreamTrackGenerator({ kind: "video" })
      element.srcObject = new MediaStream([track])
    },
    /**
     * @param {Picture} picture
     * @param {number} capturedAt
     */
    show(picture, capturedAt) {
      const frame = picture instanceof VideoFrame ? picture.clone() : new VideoFrame(picture, { timestamp: 1000 * capturedAt })
      if (writer !== null) return write(writer, frame)
      early?.close()
      early = frame
    },
    clear() {
      early?.close()
      track?.stop()
      track = writer = early = element.srcObject = null
    },
  }
}
