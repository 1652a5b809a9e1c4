import assert from "node:assert/strict"
import { test } from "node:test"

import { createLocale } from "../../camrec/dashboard/static/kit/locale.js"
import { summaryWords } from "../../camrec/dashboard/static/plans/plan_summary.js"
import { diskWords, nextWords, planWords } from "../../camrec/dashboard/static/plans/plan_words.js"
import { realTexts } from "./browser_stubs.js"

/** @import { DiskFacts, PlanRule, PlanWeek } from "../../camrec/dashboard/static/wire.js" */

const NOW = Date.UTC(2026, 10, 25, 14, 5) // a Wednesday
const HOUR_MS = 3_600_000
const ALL = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
const WEEKDAYS = ALL.slice(0, 5)
/** @type {PlanRule} */
const SHOP = { cameras: ["a"], days: WEEKDAYS, start: "08:00", end: "18:00", enabled: true }
/** @type {DiskFacts} */
const ROOM = { full_at: null, stops_at: null, deletes_oldest: false, deleted: 0, deletes_new: false, weeks: 4, unmeasured: [], lost: 0, cut: 0 }

/** @param {"en" | "fr"} language */
const locale = (language) => createLocale(realTexts(language, "plan_page"))
/** @param {string} text */
const plain = (text) => text.replaceAll("\u00a0", " ")

test("a plan reads as a sentence, in both languages", () => {
  for (const [plan, english, french] of /** @type {[Partial<PlanRule>, string, string][]} */ ([
    [{}, "Weekdays, 08:00 – 18:00", "Jours ouvrés, 08:00 – 18:00"],
    [{ days: ALL }, "Every day, 08:00 – 18:00", "Tous les jours, 08:00 – 18:00"],
    [{ days: ALL, start: "22:00", end: "06:00" }, "Every night, 22:00 – 06:00", "Toutes les nuits, 22:00 – 06:00"],
    [{ days: ["sat", "sun"], start: "10:00", end: undefined, duration: 4 * 3600 }, "Saturday and Sunday, 10:00 for 4 h", "Samedi et dimanche, 10:00, pendant 4 h"],
    [{ days: ["mon", "tue", "wed", "thu"] }, "Monday to Thursday, 08:00 – 18:00", "Du lundi au jeudi, 08:00 – 18:00"],
    [{ days: ["mon", "wed", "fri"] }, "Monday, Wednesday and Friday, 08:00 – 18:00", "Lundi, mercredi et vendredi, 08:00 – 18:00"],
    [
      { days: ALL, start: { sun: "sunrise", offset: -1800 }, end: undefined, duration: 7200 },
      "Every day, sunrise − 30 min for 2 h", "Tous les jours, lever du soleil − 30 min, pendant 2 h",
    ],
    [{ days: ["sun"], start: { sun: "sunset", offset: 0 }, end: "23:00" }, "Sunday, sunset until 23:00", "Dimanche, coucher du soleil, jusqu’à 23:00"],
    [{ days: undefined, start: undefined, end: undefined, always: true }, "Always, without a break", "Toujours, sans interruption"],
  ])) {
    assert.equal(plain(planWords(locale("en"), { ...SHOP, ...plan })), english)
    assert.equal(plain(planWords(locale("fr"), { ...SHOP, ...plan })), french)
  }
})

test("what is next, what is being recorded, and what is paused or over", () => {
  /**
   * @param {Partial<PlanRule>} plan
   * @param {number | null} next
   * @param {number} [until]
   */
  const words = (plan, next, until) => plain(nextWords(locale("en"), { plan_id: "1", plan: { ...SHOP, ...plan }, next }, NOW, until))
  assert.equal(words({}, NOW + 18 * HOUR_MS), "next: tomorrow 08:05")
  assert.equal(words({ until: "2026-12-18" }, NOW + 2 * HOUR_MS), "next: today 16:05 · until 18 December")
  assert.equal(words({}, NOW + 18 * HOUR_MS, NOW + 4 * HOUR_MS), "recording until 18:05")
  assert.equal(words({ enabled: false }, null), "paused")
  assert.equal(words({ enabled: false }, null, NOW + 4 * HOUR_MS), "recording until 18:05 · paused")
  assert.equal(words({ until: "2026-11-24" }, null), "over: its last day was 24 November")
  assert.equal(words({ until: "2026-11-25" }, null), "does not start again · until 25 November")
  assert.equal(words({ always: true }, null, NOW + HOUR_MS), "recording")
  assert.equal(words({ always: true }, null), "not recording now")
})

test("the line about the disk says the day, and what cannot be recorded", () => {
  const english = locale("en")
  const disk = { ...ROOM }
  assert.deepEqual(diskWords(english, disk, NOW), { isLow: false, first: "There is room for all plans of the next 4 weeks.", second: "" })
  const unknown = diskWords(english, { ...disk, unmeasured: ["Shop", "Street"] }, NOW)
  assert.deepEqual([unknown.first, unknown.second], ["How much space the plans need is not known yet.", "It will be once these cameras have been recorded: Shop, Street."])
  const full = { ...disk, full_at: NOW + 24 * HOUR_MS, stops_at: NOW + 24 * HOUR_MS, lost: 11, cut: 1 }
  const said = diskWords(english, full, NOW)
  assert.equal(said.isLow, true)
  assert.equal(said.first, "The disk will be full tomorrow at about 14:05.")
  assert.equal(said.second, "Then recording stops. In the week after that, 11 planned recordings will not be made. 1 recording will be cut short.")
  assert.equal(diskWords(english, { ...full, stops_at: NOW + 72 * HOUR_MS }, NOW).first, "The disk will be full on Saturday 28 November at about 14:05.")
  const now = diskWords(english, { ...full, full_at: NOW, stops_at: NOW, cut: 0 }, NOW)
  assert.deepEqual([now.first, now.second], ["The disk is full: nothing can be recorded.", "In the coming week, 11 planned recordings will not be made."])
  assert.equal(diskWords(locale("fr"), { ...full, lost: 0, cut: 0 }, NOW).first, "Le disque sera plein demain vers 14:05.")
})

test("the line about the disk says when old videos are deleted", () => {
  const disk = { ...ROOM, full_at: NOW + 24 * HOUR_MS, deletes_oldest: true, deleted: 12 }
  assert.deepEqual(diskWords(locale("en"), disk, NOW), {
    isLow: false,
    first: "There is room for all plans until tomorrow at about 14:05.",
    second: "After that, the 12 oldest unlocked videos are deleted to make room until 23 December.",
  })
  assert.equal(diskWords(locale("en"), { ...disk, full_at: NOW + 72 * HOUR_MS }, NOW).first, "There is room for all plans until Saturday 28 November.")
  assert.equal(diskWords(locale("fr"), { ...disk, full_at: NOW + 72 * HOUR_MS }, NOW).first, "Il y a de la place pour tous les horaires jusqu’au samedi 28 novembre.")
  const { first, second } = diskWords(locale("en"), { ...disk, full_at: NOW }, NOW)
  assert.deepEqual([first, second], ["The disk is full.", "From now on, the 12 oldest unlocked videos are deleted to make room until 23 December."])
  for (const [changes, english, french] of /** @type {[Partial<DiskFacts>, string, string][]} */ ([
    [{ deleted: 1 }, "the oldest unlocked video is deleted", "la plus ancienne vidéo non verrouillée sera supprimée"],
    [{ unmeasured: ["Shop"] }, "at least the 12 oldest unlocked videos are", "au moins les 12 plus anciennes vidéos non verrouillées seront"],
    [{ deletes_new: true }, "the 12 oldest unlocked videos and then the first of the new ones are", "les 12 plus anciennes vidéos non verrouillées, puis les premières des nouvelles, seront"],
    [{ deleted: 0, deletes_new: true }, "the first of the new videos are deleted", "les premières des nouvelles vidéos seront supprimées"],
    [{ deleted: 0 }, "the oldest unlocked videos are deleted to make room.", "les plus anciennes vidéos non verrouillées seront supprimées"],
  ])) {
    for (const [language, words] of /** @type {["en" | "fr", string][]} */ ([["en", `After that, ${english}`], ["fr", `Ensuite, ${french}`]])) {
      const said = diskWords(locale(language), { ...disk, ...changes }, NOW).second
      assert.ok(plain(said).startsWith(words), said)
    }
  }
})

test("the line about the disk says so if even deleting old videos does not make enough room", () => {
  const stops = NOW + 72 * HOUR_MS
  const disk = { ...ROOM, full_at: NOW + HOUR_MS, stops_at: stops, deletes_oldest: true, deleted: 12, lost: 1 }
  assert.deepEqual(diskWords(locale("en"), disk, NOW), {
    isLow: true,
    first: "The disk will be full on Saturday 28 November at about 14:05.",
    second: "By then the 12 oldest unlocked videos will have been deleted, and no other may be. Then recording stops. In the week after that, 1 planned recording will not be made.",
  })
  assert.match(diskWords(locale("fr"), { ...disk, deleted: 1 }, NOW).second, /^D’ici là, la plus ancienne vidéo non verrouillée aura été supprimée, et aucune autre ne peut l’être\. /)
  const none = diskWords(locale("en"), { ...disk, full_at: NOW, stops_at: NOW, deleted: 0, lost: 2 }, NOW)
  assert.equal(none.first, "The disk is full: nothing can be recorded.")
  assert.equal(none.second, "There is no video that may be deleted to make room. In the coming week, 2 planned recordings will not be made.")
})

test("the summary says the cameras, the size of a day and the first time", () => {
  const week = /** @type {PlanWeek} */ ({ now: NOW, cameras: [{ camera_id: "a", name: "Shop", rate: 500_000 }, { camera_id: "b", name: "Door", rate: null }] })
  const said = summaryWords(locale("en"), SHOP, week).map(plain)
  assert.deepEqual(said, ["Shop: Weekdays, 08:00 – 18:00", "about 18 GB a day · first: at once, until 18:00"])
  const [sentence, facts] = summaryWords(locale("fr"), { ...SHOP, cameras: ["a", "b"], start: "09:00", end: "10:00" }, week).map(plain)
  assert.equal(sentence, "Shop, Door : Jours ouvrés, 09:00 – 10:00")
  assert.equal(facts, "premier : demain 09:00")
  const once = summaryWords(locale("en"), { ...SHOP, days: ["sun"] }, week).map(plain)
  assert.match(once[1], /^about 18 GB each time · /)
})
