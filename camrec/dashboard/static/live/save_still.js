// Saves a still, or anything else, as a file of the browser.

import { h } from "../kit/base.js"
import { twoDigits } from "../kit/locale.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { LiveStream } from "./live_stream.js" */
/** @import { VideoSurface } from "./video_surface.js" */

/**
 * @param {Blob} blob
 * @param {string} name
 */
export function saveFile(blob, name) {
  const url = URL.createObjectURL(blob)
  h("a", { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/**
 * The file's name has the camera's name and the time.
 * @param {Blob} blob
 * @param {string} name
 * @param {Date} moment
 * @param {string} time as it is shown
 * @param {string} extension
 */
export function savePicture(blob, name, moment, time, extension) {
  const day = `${moment.getFullYear()}-${twoDigits(moment.getMonth() + 1)}-${twoDigits(moment.getDate())}`
  saveFile(blob, `${name} ${day} ${time.replaceAll(":", "-")}.${extension}`)
}

/**
 * Save the frame that the live view shows.
 * @param {LiveStream} live
 * @param {string} name
 * @param {Locale} locale
 */
export async function saveStill(live, name, locale) {
  const { blob, date, extension } = await live.still()
  savePicture(blob, name, date, locale.clock(date.getTime()), extension)
}

/**
 * What a surface shows, or the larger image at an address, if there is one.
 * @param {VideoSurface} surface
 * @param {number} capturedAt
 * @param {string | null} snapshotUrl
 */
export async function pictureFile(surface, capturedAt, snapshotUrl) {
  const canvas = h("canvas", { width: surface.width, height: surface.height })
  canvas.getContext("2d")?.drawImage(surface.source(), 0, 0)
  const answer = snapshotUrl && (await fetch(snapshotUrl).catch(() => null))
  if (answer && answer.ok) {
    return { blob: await answer.blob(), date: new Date(answer.headers.get("Captured-At") ?? ""), extension: "jpg" }
  }
  return { blob: await canvasPng(canvas), date: new Date(capturedAt), extension: "png" }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Blob>}
 */
export const canvasPng = (canvas) =>
  new Promise((resolve, reject) =>
    canvas.toBlob((png) => (png ? resolve(png) : reject(new Error("the picture could not be encoded"))), "image/png"))
