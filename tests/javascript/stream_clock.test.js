import assert from "node:assert/strict"
import { test } from "node:test"

import { clockSkew, steadyClock } from "../../camrec/dashboard/static/live/stream_clock.js"

test("the skew is the least of the latest differences: a late message does not move it", () => {
  const skew = clockSkew()
  skew.add(10_000, 9_000)
  skew.add(11_400, 10_000)
  assert.equal(skew.ms(), 1000)
})

test("a difference counts for five messages", () => {
  const skew = clockSkew()
  skew.add(1000, 1000)
  for (let second = 2; second < 6; second += 1) {
    skew.add(1000 * second + 300, 1000 * second)
    assert.equal(skew.ms(), 0)
  }
  skew.add(6300, 6000)
  assert.equal(skew.ms(), 300)
})

test("a browser's clock that is behind has a negative skew", () => {
  const skew = clockSkew()
  skew.add(1000, 61_000)
  assert.equal(skew.ms(), -60_000)
})

test("over a new connection earlier differences count no more, but the skew stays until there is another", () => {
  const skew = clockSkew()
  skew.add(1000, 1000)
  skew.restart()
  assert.equal(skew.ms(), 0)
  skew.add(2500, 2000)
  assert.equal(skew.ms(), 500)
})

/** A clock of a machine that sleeps: then only the wall clock goes on. */
function machine() {
  const time = { wall: 1_000_000, monotonic: 50 }
  const clock = steadyClock(() => time.wall, () => time.monotonic)
  return {
    clock,
    /** @param {number} ms */
    wait(ms) {
      time.wall += ms
      time.monotonic += ms
    },
    /** @param {number} ms */
    sleep(ms) {
      time.wall += ms
    },
  }
}

test("a sleep of the machine counts, as soon as it is noticed", () => {
  const { clock, wait, sleep } = machine()
  const before = clock.now()
  wait(1000)
  sleep(3_600_000)
  clock.check()
  assert.equal(clock.now() - before, 3_601_000)
  assert.equal(clock.since(before), 3601)
})

test("a small correction of the wall clock moves nothing", () => {
  const { clock, wait, sleep } = machine()
  const before = clock.now()
  sleep(4000)
  wait(1000)
  clock.check()
  sleep(-7_200_000)
  clock.check()
  assert.equal(clock.now() - before, 1000)
})

test("what happens here is dated by the least late message, in the first seconds also by frames", () => {
  const skew = clockSkew()
  assert.equal(skew.closest(), 0)
  skew.addFrame(1_060, 1_000)
  assert.equal(skew.closest(), 60)
  skew.add(1_500, 1_000) // the page was busy
  assert.equal(skew.ms(), 500)
  assert.equal(skew.closest(), 60)
  skew.add(1_020, 1_000)
  assert.equal(skew.closest(), 20)
  for (let count = 0; count < 9; count += 1) skew.addFrame(9_000, 1_000) // old ones, of a group that was joined
  assert.equal(skew.closest(), 20)
  for (let count = 0; count < 5; count += 1) skew.add(1_020, 1_000)
  skew.addFrame(900, 1_000) // the camera's clock, which dated it, is ahead
  assert.equal(skew.closest(), 20)
})
