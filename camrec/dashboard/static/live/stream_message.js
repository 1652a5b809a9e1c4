// A binary message of the stream: a header and one frame.
//
// The header is u64 capture time in µs UTC and u64 number; with H.264 also u64 flags.

const HEADER_BYTES = 16
const LONG_HEADER_BYTES = 24
const FLAGS = { key: 1, hidden: 2, jpeg: 4 }

/**
 * `capturedAt` in milliseconds. A hidden frame is decoded but not shown.
 * @param {ArrayBuffer} message
 * @param {boolean} hasFlags
 */
export function parseFrame(message, hasFlags) {
  const header = new DataView(message)
  const flags = hasFlags ? Number(header.getBigUint64(16, true)) : FLAGS.jpeg
  return {
    capturedAt: Number(header.getBigUint64(0, true)) / 1000,
    data: new Uint8Array(message, hasFlags ? LONG_HEADER_BYTES : HEADER_BYTES),
    isKey: Boolean(flags & FLAGS.key),
    isHidden: Boolean(flags & FLAGS.hidden),
    isJpeg: Boolean(flags & FLAGS.jpeg),
  }
}
