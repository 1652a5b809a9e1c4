// Draws the coded clock that camrec/calibration/clock_pattern.py defines and explains. It is a part of clock_page.html.

export const STEP_MS = 7
export const TILE_COUNT = 8 // in each direction
const CLOCK_BITS = 13
const FIRST_CHECKED_BIT = 7
export const STEP_COUNT = 1 << CLOCK_BITS
const CHECKSUM_POLYNOMIAL = 0x07
const CHECKSUM_START = 0xff

const BORDER_TILES = 2 // a black ring, and white outside of it
const SIDE_TILES = TILE_COUNT + 2 * BORDER_TILES

const USUAL_REFRESH_MS = 1000 / 60
const MEASURED_REFRESHES = 600
const FEWEST_REFRESHES = 120
const LONGEST_REFRESH_RATIO = 1.5 // of the usual one; a longer one is a refresh that was missed
const REPORT_INTERVAL_MS = 2000

// One word for each pair of tiles: a bit of the clock, a bit of the checksum, or a fixed value.
const LAYOUT = `
  +   k7  k6  +
  +   k5  -   k4
  b12 b11 b10 b9
  b6  b5  b4  b3
  b2  b1  b0  -
  b8  b7  +   -
  k3  k2  -   k1
  -   k0  +   +
`
const WORDS = LAYOUT.trim()
  .split("\n")
  .map((line) => line.trim().split(/\s+/))

/**
 * The tiles that show a step of the clock, row by row; true is white.
 * @param {number} step counts modulo STEP_COUNT
 * @returns {boolean[][]}
 */
export function encodeTiles(step) {
  const number = ((step % STEP_COUNT) + STEP_COUNT) % STEP_COUNT
  const code = number ^ (number >> 1)
  const checksum = checksumOf(code >> FIRST_CHECKED_BIT)
  return WORDS.map((line) =>
    line.flatMap((word) => {
      const value = pairValue(word, code, checksum)
      return [value, !value]
    }),
  )
}

/**
 * The step of the clock at a time.
 * @param {number} milliseconds
 */
export function stepAt(milliseconds) {
  return Math.floor(milliseconds / STEP_MS) % STEP_COUNT
}

/**
 * @param {string} word
 * @param {number} code
 * @param {number} checksum
 */
function pairValue(word, code, checksum) {
  if (word === "+" || word === "-") return word === "+"
  const bits = word.startsWith("b") ? code : checksum
  return ((bits >> Number(word.slice(1))) & 1) === 1
}

/** @param {number} checked */
function checksumOf(checked) {
  let register = CHECKSUM_START ^ checked
  for (let bit = 0; bit < 8; bit += 1) {
    register = (register << 1) ^ (register & 0x80 ? CHECKSUM_POLYNOMIAL : 0)
    register &= 0xff
  }
  return register
}

/**
 * How long the screen shows an image, by the times at which the browser draws.
 * @returns {{ note: (time: number) => void, readonly milliseconds: number | null }}
 */
export function refreshMeter() {
  /** @type {number[]} */
  const times = []
  return {
    note(time) {
      times.push(time)
      if (times.length > MEASURED_REFRESHES) times.shift()
    },
    get milliseconds() {
      const lengths = times.slice(1).map((time, index) => time - times[index])
      if (lengths.length < FEWEST_REFRESHES) return null
      const median = lengths.toSorted((a, b) => a - b)[lengths.length >> 1]
      const whole = lengths.filter((length) => length < LONGEST_REFRESH_RATIO * median)
      return whole.reduce((sum, length) => sum + length, 0) / whole.length
    },
  }
}

/**
 * Draws a step of the clock.
 * @param {HTMLCanvasElement} canvas square
 * @param {number} step
 */
export function drawClock(canvas, step) {
  const context = canvas.getContext("2d", { alpha: false })
  if (context === null) return
  const tile = Math.floor(canvas.width / SIDE_TILES)
  context.fillStyle = "white"
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.fillStyle = "black"
  context.fillRect(tile, tile, (TILE_COUNT + 2) * tile, (TILE_COUNT + 2) * tile)
  context.fillStyle = "white"
  for (const [row, line] of encodeTiles(step).entries()) {
    for (const [column, isWhite] of line.entries()) {
      if (isWhite) context.fillRect((column + BORDER_TILES) * tile, (row + BORDER_TILES) * tile, tile, tile)
    }
  }
}

/**
 * Draws the clock at each refresh. An image stands for the middle of the time that a usual screen shows it. When its
 * light really leaves the screen is the screen's own lag.
 * @param {HTMLCanvasElement} canvas
 * @param {(time: number) => void} drawn gets the time of each image
 */
function showClock(canvas, drawn) {
  const utcStart = Date.now() - performance.now()

  /** @param {number} time */
  function draw(time) {
    drawClock(canvas, stepAt(utcStart + time + USUAL_REFRESH_MS / 2))
    drawn(time)
    requestAnimationFrame(draw)
  }
  requestAnimationFrame(draw)
}

/**
 * The largest square in its container, in whole pixels of the screen for each tile: so tiles have sharp edges.
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLElement} container
 */
function fitCanvas(canvas, container) {
  const side = Math.min(container.clientWidth, container.clientHeight)
  const pixels = Math.max(1, Math.floor((side * devicePixelRatio) / SIDE_TILES)) * SIDE_TILES
  if (canvas.width !== pixels) canvas.width = canvas.height = pixels
  canvas.style.width = canvas.style.height = `${pixels / devicePixelRatio}px`
}

/**
 * Shows the clock on clock_page.html, as large as the window, until the page is closed.
 * @param {Document} page
 */
export function showPage(page) {
  const canvas = page.querySelector("canvas")
  const container = page.querySelector("main")
  if (canvas === null || container === null) return
  new ResizeObserver(() => fitCanvas(canvas, container)).observe(container)
  fitCanvas(canvas, container)

  const refresh = refreshMeter()
  showClock(canvas, refresh.note)
  if (page.documentElement.dataset.reports === "yes") reportRefresh(refresh)
  page.querySelector("button")?.addEventListener("click", () => page.documentElement.requestFullscreen().catch(() => {}))
  keepScreenOn(page)
}

/**
 * Reports the length of a refresh to the server until the server has ended.
 * @param {{ readonly milliseconds: number | null }} refresh
 */
function reportRefresh(refresh) {
  const timer = setInterval(() => {
    const { milliseconds } = refresh
    if (milliseconds !== null) fetch(`refresh?ms=${milliseconds}`).catch(() => clearInterval(timer))
  }, REPORT_INTERVAL_MS)
}

/** @param {Document} page */
function keepScreenOn(page) {
  const request = () => {
    if (page.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {})
  }
  page.addEventListener("visibilitychange", request)
  request()
}
