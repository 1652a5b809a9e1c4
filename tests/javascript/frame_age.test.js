import assert from "node:assert/strict"
import { afterEach, beforeEach, mock, test } from "node:test"

import { frameAge } from "../../camrec/dashboard/static/live/frame_age.js"
import { clockSkew } from "../../camrec/dashboard/static/live/stream_clock.js"

/** @import { StreamFacts } from "../../camrec/dashboard/static/wire.js" */

let now = 0
const link = { isLinked: true, linkedFor: 60, isUnreached: false }

function openPicture() {
  const clock = { now: () => now, since: (/** @type {number} */ moment) => (now - moment) / 1000, check() {} }
  const connection = /** @type {any} */ ({ isLinked: () => link.isLinked, linkedFor: () => link.linkedFor, isUnreached: () => link.isUnreached })
  return frameAge({ clock, skew: clockSkew(), connection })
}

/** @param {Partial<StreamFacts>} facts */
const factsWith = (facts) => /** @type {StreamFacts} */ ({ now: now / 1000, usual_distance: 0.04, age: 0.05, lag: 0, ...facts })

/** @param {number} ms */
function pass(ms) {
  now += ms
  mock.timers.setTime(now)
}

beforeEach(() => {
  now = 1_000_000
  mock.timers.enable({ apis: ["Date"], now })
  Object.assign(link, { isLinked: true, linkedFor: 60, isUnreached: false })
})
afterEach(() => mock.timers.reset())

test("before anything is known there is no age", () => {
  assert.equal(openPicture().age(), null)
})

test("the age is that of the shown picture, by camrec's clock", () => {
  const picture = openPicture()
  picture.learn(factsWith({ now: now / 1000 - 60 })) // this browser is a minute ahead
  picture.show(now - 60_000 - 300)
  assert.equal(picture.age(), 0.3)
})

test("pictures that are still on their way to this page make it older", () => {
  const picture = openPicture()
  picture.show(now)
  picture.learn(factsWith({ lag: 4 }))
  assert.equal(picture.age(), 4)
  link.isLinked = false
  assert.equal(picture.age(), 0)
})

test("a picture is old after two seconds, or two and a half usual distances", () => {
  const picture = openPicture()
  assert.equal(picture.patience(), 2)
  picture.learn(factsWith({ usual_distance: 4 }))
  assert.equal(picture.patience(), 10)
  picture.learn(factsWith({ usual_distance: 0 })) // not known yet
  assert.equal(picture.patience(), 15)
  picture.show(now)
  pass(16_000)
  assert.equal(picture.isOld(), true)
})

test("while the group that was joined is decoded, the picture is awaited and not called old", () => {
  const picture = openPicture()
  picture.learn(factsWith({ age: 0.1 }))
  picture.show(now - 8000)
  link.linkedFor = 1
  assert.equal(picture.isWaiting(), true)
  assert.equal(picture.age(), 0.1)
  link.linkedFor = 6
  assert.equal(picture.isWaiting(), false)
  assert.equal(picture.age(), 8)
})

test("who comes back does not see pictures older than the one that was shown", () => {
  const picture = openPicture()
  picture.show(now)
  link.linkedFor = 1
  assert.equal(picture.isOutdated(now - 1000), true)
  assert.equal(picture.isOutdated(now - 4), false)
  link.linkedFor = 3
  assert.equal(picture.isOutdated(now - 1000), false)
})

test("a link is lost once pictures were shown, or where none comes to be", () => {
  const picture = openPicture()
  link.isLinked = false
  assert.equal(picture.isLost(), false)
  link.isUnreached = true
  assert.equal(picture.isLost(), true)
  link.isUnreached = false
  picture.show(now)
  assert.equal(picture.isLost(), true)
})
