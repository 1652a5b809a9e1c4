// Pictures that come as JPEG: the newest only.
//
//   const jpegs = jpegWay({ show, answer })
//   jpegs.take(data, captured)
//   jpegs.end()
//
// show(picture, captured) draws it; the picture is closed afterwards. answer() is called once for each
// that was drawn or overtaken.

function jpegWay({ show, answer }) {
  let waiting = null // one that came while another one is decoded
  let busy = false
  let life = 0 // which connection's pictures these are

  function take(data, captured) {
    if (waiting !== null) answer()
    waiting = { data, captured }
    if (!busy) work()
  }

  async function work() {
    busy = true
    while (waiting !== null) {
      const { data, captured } = waiting
      const began = life
      waiting = null
      try {
        const picture = await decoded(data)
        if (began === life) show(picture, captured)
        picture.close()
      } catch {
        // One that is no JPEG: the next one may be.
      }
      if (began === life) answer()
    }
    busy = false
  }

  function end() {
    life += 1
    waiting = null
  }

  return { take, end }
}

/** A JPEG as something to draw: without a detour by RGB where the browser can. */
async function decoded(data) {
  const type = "image/jpeg"
  if (!("ImageDecoder" in window)) return createImageBitmap(new Blob([data], { type }))
  const decoder = new ImageDecoder({ data, type })
  try {
    return (await decoder.decode()).image
  } finally {
    decoder.close()
  }
}
