import assert from "node:assert/strict"
import { test } from "node:test"

import { likelyAddress } from "../../camrec/dashboard/static/kit/discovered_cameras.js"
import { createLocale } from "../../camrec/dashboard/static/kit/locale.js"
import { startTime } from "../../camrec/dashboard/static/live/scheduled_recordings.js"
import { cardLayout } from "../../camrec/dashboard/static/videos/card_layout.js"
import { archiveQueries } from "../../camrec/dashboard/static/videos/selection.js"
import { cameraNames, videoSearch } from "../../camrec/dashboard/static/videos/video_search.js"
import { neighbour, visibleItems } from "../../camrec/dashboard/static/videos/virtual_list.js"
import { ENGLISH } from "./browser_stubs.js"

/** @import { Video } from "../../camrec/dashboard/static/wire.js" */
/** @import { Filter } from "../../camrec/dashboard/static/videos/video_search.js" */

const locale = createLocale(ENGLISH)

/**
 * @param {string} name
 * @param {Date} date
 * @param {Partial<Video>} further
 * @returns {Video}
 */
const video = (name, date, further = {}) => ({
  filename: `${name}.mp4`, name, camera: null, started_at: date.getTime(), duration: 60, size: 1000, gaps: [], playable: true, locked: false,
  ...further,
})

const VIDEOS = [
  video("Étable", new Date(2025, 10, 27, 9, 5), { duration: 10, camera: "Barn" }),
  video("Door 127.0.0.1", new Date(2025, 10, 2, 21, 30), { size: 9000 }),
  video("Nest", new Date(2025, 5, 1, 12, 0), { duration: 500, gaps: [{ start: 1, duration: 1 }] }),
]

/** @param {Partial<Filter>} filter */
const names = (filter) =>
  videoSearch(locale)({ search: "", camera: "", order: "newest", gaps: false, ...filter }, VIDEOS).map((each) => each.name)

test("a search finds names without their accents and capitals", () => {
  assert.deepEqual(names({ search: "ETABLE" }), ["Étable"])
  assert.deepEqual(names({ search: "barn" }), ["Étable"])
})

test("a search finds dates and times as people write them", () => {
  for (const search of ["27 november", "November 27", "2025-11-27", "27/11/2025", "9h05", "09:05", "9am"]) {
    assert.deepEqual(names({ search }), ["Étable"], search)
  }
})

test("a search for the second of a month does not find the 27th, nor a number inside another", () => {
  assert.deepEqual(names({ search: "november 2" }), ["Door 127.0.0.1"])
  assert.deepEqual(names({ search: "27" }), ["Étable"])
  assert.deepEqual(names({ search: "127" }), ["Door 127.0.0.1"])
})

test("characters with a meaning in patterns are searched for as they are", () => {
  assert.deepEqual(names({ search: "(.*" }), [])
})

test("videos are filtered by camera and gaps, and ordered", () => {
  assert.deepEqual(names({ camera: "Barn" }), ["Étable"])
  assert.deepEqual(names({ gaps: true }), ["Nest"])
  assert.deepEqual(names({ order: "oldest" }), ["Nest", "Door 127.0.0.1", "Étable"])
  assert.deepEqual(names({ order: "longest" })[0], "Nest")
  assert.deepEqual(names({ order: "largest" })[0], "Door 127.0.0.1")
  assert.deepEqual(cameraNames(locale, VIDEOS), ["Barn", "Door 127.0.0.1", "Nest"])
})

const layout = (width = 448, byDay = true) =>
  cardLayout(locale, [VIDEOS[0], { ...VIDEOS[0], filename: "2.mp4" }, { ...VIDEOS[0], filename: "3.mp4" }, VIDEOS[1]], {
    width, byDay, makeCard: () => /** @type {any} */ (null),
  })

test("cards lie in rows under the headings of their days", () => {
  const { items, height } = layout()
  assert.deepEqual(items.map((item) => Boolean(item.isHeading)), [true, false, false, false, true, false])
  assert.deepEqual(items.slice(1, 3).map((item) => item.left), [0, 232])
  assert.equal(items[3].left, 0)
  assert.ok(items[3].top > items[2].top)
  assert.ok(height > items[5].top + items[5].height)
})

test("without days there are no headings, and without width no cards", () => {
  assert.ok(layout(448, false).items.every((item) => !item.isHeading))
  assert.deepEqual(layout(0), { items: [], height: 0 })
})

test("only what is between the edges is visible, and what has the focus", () => {
  const { items } = layout()
  const keys = (/** @type {string | null} */ focused) => visibleItems(items, -100, 50, focused).map((item) => item.key)
  assert.equal(keys(null).length, 3)
  assert.deepEqual(keys("3.mp4"), [...keys(null), "3.mp4"])
  const below = visibleItems(items, items[5].top + 1, 1e6, "2.mp4").map((item) => item.key)
  assert.deepEqual(below, ["2.mp4", "Door 127.0.0.1.mp4"])
})

test("arrow keys go to the neighbour in the row, or in the next row that has one", () => {
  const { items } = layout()
  const first = items[1].key
  assert.equal(neighbour(items, first, 1, 0), "2.mp4")
  assert.equal(neighbour(items, first, -1, 0), null)
  assert.equal(neighbour(items, "2.mp4", 0, 1), "3.mp4")
  assert.equal(neighbour(items, "3.mp4", 0, 1), "Door 127.0.0.1.mp4")
  assert.equal(neighbour(items, "Door 127.0.0.1.mp4", 0, 1), null)
})

test("names that are too many for one address are several ZIPs", () => {
  assert.deepEqual(archiveQueries(["a b.mp4", "c.mp4"]), ["video=a%20b.mp4&video=c.mp4"])
  assert.deepEqual(archiveQueries(["a.mp4", "b.mp4", "c.mp4"], 25), ["video=a.mp4&video=b.mp4", "video=c.mp4"])
})

test("a scheduled recording starts today, tomorrow or on a day", () => {
  const now = new Date(2026, 11, 1, 23, 0).getTime()
  /** @param {number} hours */
  const after = (hours) => startTime(locale, now + 3_600_000 * hours, now)
  assert.equal(after(0.5), "at 23:30")
  assert.equal(after(2), "tomorrow at 01:00")
  assert.match(after(26), /^on Thursday.* December.* at 01:00$/)
})

test("the address of a found camera has the path of its make, if it names itself", () => {
  assert.equal(likelyAddress({ host: "192.0.2.4", name: "AXIS P32" }), "rtsp://192.0.2.4:554/axis-media/media.amp")
  assert.equal(likelyAddress({ host: "2001:db8::4", name: "Camera" }), "rtsp://[2001:db8::4]:554/")
})
