// Frames that arrive as JPEG. Only the newest one is decoded.

/** @typedef {{data: BufferSource, capturedAt: number}} JpegFrame */

/**
 * @param {object} handlers
 * @param {(picture: ImageBitmap | VideoFrame, capturedAt: number) => void} handlers.show draws a frame, which is closed afterwards
 * @param {() => void} handlers.acknowledge called once for each frame that was drawn or replaced by a newer one
 */
export function jpegPlayer({ show, acknowledge }) {
  /** @type {JpegFrame | null} */
  let waiting = null // the newest frame that arrived while another one is being decoded
  let decoding = false
  let generation = 0 // counts the connections

  /**
   * @param {BufferSource} data
   * @param {number} capturedAt
   */
  function take(data, capturedAt) {
    if (waiting !== null) acknowledge()
    waiting = { data, capturedAt }
    if (!decoding) decodeWaiting()
  }

  async function decodeWaiting() {
    decoding = true
    while (waiting !== null) {
      const { data, capturedAt } = waiting
      const itsGeneration = generation
      waiting = null
      try {
        const picture = await decodeJpeg(data)
        if (itsGeneration === generation) show(picture, capturedAt)
        picture.close()
      } catch {
        // This was not a JPEG; the next one may be.
      }
      if (itsGeneration === generation) acknowledge()
    }
    decoding = false
  }

  function end() {
    generation += 1
    waiting = null
  }

  return { take, end }
}

/**
 * A JPEG as something that can be drawn; without conversion to RGB if the browser can do that.
 * @param {BufferSource} data
 */
async function decodeJpeg(data) {
  const type = "image/jpeg"
  if (!("ImageDecoder" in window)) return createImageBitmap(new Blob([data], { type }))
  const decoder = new ImageDecoder({ data, type })
  try {
    return (await decoder.decode()).image
  } finally {
    decoder.close()
  }
}
