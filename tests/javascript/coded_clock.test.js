import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { STEP_COUNT, STEP_MS, drawClock, encodeTiles, refreshMeter, stepAt } from "../../camrec/web/coded_clock/coded_clock.js"

// Made by Python: tests/unit/test_calibration_tiles.py compares it too.
const SHOWN = JSON.parse(readFileSync(new URL("coded_clock.json", import.meta.url), "utf-8"))

/** @param {number} step */
const rows = (step) => encodeTiles(step).map((line) => line.map((white) => (white ? "#" : ".")).join(""))

test("the tiles are those that Python reads", () => {
  for (const { step, tiles } of SHOWN) assert.deepEqual(rows(step), tiles)
})

test("the clock starts again after its period", () => {
  assert.deepEqual(rows(STEP_COUNT + 5), rows(5))
  assert.equal(stepAt(STEP_COUNT * STEP_MS + 17), 2)
})

test("a refresh is measured, and one that was missed is not counted", () => {
  const refresh = refreshMeter()
  for (let number = 0; number < 200; number += 1) if (number % 20 !== 7) refresh.note(number * 8)
  assert.equal(refresh.milliseconds, 8)
})

test("each white tile is drawn within the ring", () => {
  /** @type {[string, number, number, number, number][]} */
  const drawn = []
  const context = {
    fillStyle: "",
    /** @type {(x: number, y: number, width: number, height: number) => void} */
    fillRect(x, y, width, height) {
      drawn.push([this.fillStyle, x, y, width, height])
    },
  }
  const canvas = /** @type {any} */ ({ width: 120, height: 120, getContext: () => context })
  drawClock(canvas, 100)
  const white = encodeTiles(100).flat().filter(Boolean).length
  assert.deepEqual(drawn.slice(0, 2), [["white", 0, 0, 120, 120], ["black", 10, 10, 100, 100]])
  assert.equal(drawn.length, 2 + white)
  for (const [, x, y] of drawn.slice(2)) assert.ok(x >= 20 && x < 100 && y >= 20 && y < 100)
})
