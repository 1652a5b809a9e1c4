// The panels next to the player: the receipt, and the player's keys.

import { h } from "../kit/base.js"
import { icon } from "../kit/icons.js"
import { codecName, exactLength, exactTime } from "./media_format.js"
import { missingLength, recordedLength } from "./video_format.js"

/** @import { Children } from "../kit/base.js" */
/** @import { IconName } from "../kit/icons.js" */
/** @import { Locale } from "../kit/locale.js" */
/** @import { PlayedVideo, Receipt } from "../wire.js" */

/**
 * Whether the file is intact.
 * @param {Locale} locale
 * @param {PlayedVideo} video
 * @param {Receipt | null} receipt
 */
function verdict(locale, video, receipt) {
  /**
   * @param {IconName} name
   * @param {string} kind
   * @param {string} text
   */
  const paragraph = (name, kind, text) => h("p", { class: `verdict ${kind}` }, icon(name), text)
  if (receipt === null) return paragraph("info", "quiet", locale.t("videos.no_receipt"))
  if (video.playable) return paragraph("check", "good", locale.t("videos.whole"))
  return paragraph("warning", "poor", locale.t("videos.suspect"))
}

/**
 * @param {Locale} locale
 * @param {Receipt} receipt
 */
const askedLength = (locale, { asked }) => (asked === null ? locale.t("videos.asked_endless") : exactLength(locale, asked))

/** @param {Receipt} receipt */
const detailLines = ({ details }) => Object.entries(details).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))

/**
 * @param {Locale} locale
 * @param {PlayedVideo} video
 * @param {Receipt | null} receipt
 */
export function receiptPanel(locale, video, receipt) {
  const missing = missingLength(video)
  const missingFacts = { length: exactLength(locale, missing), count: video.gaps.length }
  const checksum = receipt?.sha256 ?? ""
  const startedAt = `${locale.date(video.started_at)} ${exactTime(locale, video.started_at)}`
  /**
   * @param {string} key
   * @param {...Children} value
   */
  const line = (key, ...value) => h("div", {}, h("dt", {}, locale.t(`videos.${key}`)), h("dd", { class: "figures" }, ...value))
  return [
    h("h2", { class: "heading" }, locale.t("videos.receipt")),
    verdict(locale, video, receipt),
    h("dl", {},
      receipt && detailLines(receipt),
      line("began", startedAt),
      receipt && line("asked", askedLength(locale, receipt)),
      receipt && receipt.ended !== "time" && line("ended", locale.t(`videos.ended_${receipt.ended}`)),
      line(receipt ? "recorded" : "length", exactLength(locale, recordedLength(video) - missing)),
      receipt && line("missing", missing
        ? h("strong", { class: "lost" }, locale.t("videos.missing_sum", missingFacts))
        : locale.t("videos.nothing_missing")),
      receipt && line("frames", receipt.frames),
      video.video_codec && line("format", `${codecName(video.video_codec)} ${video.width}×${video.height}`),
      line("sound", video.audio_codec ? codecName(video.audio_codec) : locale.t("videos.no_sound")),
      line("size", locale.size(video.size)),
      checksum && line("checksum", h("details", {},
        h("summary", {}, `${checksum.slice(0, 4)} ${checksum.slice(4, 8)} … ${checksum.slice(-4)}`), h("code", {}, checksum)))),
    receipt?.warnings.length
      ? h("ul", { class: "notes second" },
        receipt.warnings.map(({ code, facts, message }) => h("li", {}, locale.t(`warnings.${code}`, facts, message))))
      : null,
  ]
}

/**
 * @param {Locale} locale
 * @param {PlayedVideo} video
 * @param {boolean} canMark
 */
export function keysPanel(locale, video, canMark) {
  /**
   * @param {string[]} keys
   * @param {string} effect
   */
  const line = (keys, effect) => h("li", {}, h("span", {}, keys.map((key) => h("kbd", {}, key))), effect)
  return [
    h("h2", { class: "heading" }, locale.t("videos.keys")),
    h("ul", { class: "keys" },
      line([locale.t("videos.space")], locale.t("videos.play_pause")),
      line([",", "."], locale.t("videos.frames_both")),
      line(["←", "→"], locale.t("videos.five_seconds")),
      line(["f"], locale.t("videos.full_screen")),
      canMark ? line(["m"], locale.t("videos.event_mark")) : null,
      canMark ? line(["n", "N"], locale.t("videos.events_both")) : null,
      video.gaps.length ? line(["[", "]"], locale.t("videos.gaps_both")) : null),
  ]
}
