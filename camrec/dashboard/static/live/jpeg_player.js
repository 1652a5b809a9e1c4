// Frames that come as JPEG: only the newest is decoded.

/** @typedef {{data: BufferSource, capturedAt: number}} JpegFrame */

/**
 * @param {object} handlers
 * @param {(picture: ImageBitmap | VideoFrame, capturedAt: number) => void} handlers.show draws it; it is closed afterwards
 * @param {() => void} handlers.acknowledge called once for each frame that was drawn or overtaken
 */
export function jpegPlayer({ show, acknowledge }) {
  /** @type {JpegFrame | null} */
  let waiting = null // one that came while another one is decoded
  let decoding = false
  let generation = 0 // which connection's frames these are

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
        // Not a JPEG: the next one may be.
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
 * A JPEG as something to draw: without a detour by RGB where the browser can.
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
