// One video as a card.

import { h, iconButton } from "../kit/base.js"
import { icon } from "../kit/icons.js"
import { urlPart } from "../kit/route.js"
import { thumbnail } from "./thumbnail.js"
import { downloadUrl, gapMarks, startTime } from "./video_format.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { Fact, Video } from "../wire.js" */

/**
 * @typedef {object} CardActions what deletes and selects the video
 * @property {(videos: Video[]) => void} ask before it is deleted
 * @property {boolean} isSelected
 * @property {(on: boolean, range: boolean) => void} select
 */

const SCROLLED_PAST_MS = 120 // a card that is visible for less time does not load its thumbnail

/**
 * @param {Locale} locale
 * @param {Video} video
 */
function badge(locale, video) {
  if (video.playable === false) return h("span", { class: "badge quiet" }, icon("info", 16), locale.t("videos.damaged"))
  if (video.gaps.length === 0) return null
  return h("span", { class: "badge" }, icon("warning", 16), locale.t("videos.gaps", { count: video.gaps.length }))
}

/**
 * The checkbox that selects the video; with Shift, all from the last selected one.
 * @param {Locale} locale
 * @param {Record<string, Fact>} facts
 * @param {CardActions} actions
 */
function selectBox(locale, facts, { isSelected, select }) {
  /** @param {PointerEvent} event */
  const click = (event) => select(box.checked, event.shiftKey)
  const box = h("input", { type: "checkbox", checked: isSelected, "aria-label": locale.t("videos.pick_video", facts), on: { click } })
  return h("label", { class: "pick", title: locale.t("videos.pick") }, box, h("span", {}, icon("check", 16)))
}

/**
 * @param {Locale} locale
 * @param {Video} video
 * @param {string} base
 * @param {CardActions | null} actions null: the card has no buttons
 */
export function videoCard(locale, video, base, actions = null) {
  const facts = { name: video.name, when: startTime(locale, video) }
  const gaps = video.gaps.length ? `, ${locale.t("videos.play_gaps", { count: video.gaps.length })}` : ""
  // The duration as it is on the card, for voice control.
  const label = locale.t("videos.play_video", { ...facts, length: locale.duration(video.duration) }) + gaps
  return h("article", { class: "card", "data-file": video.filename, "aria-label": `${facts.name}, ${facts.when}` },
    h("a", { class: "poster", href: `#videos/${urlPart(video.filename)}`, "aria-label": label },
      thumbnail(video, base, actions ? SCROLLED_PAST_MS : 0),
      badge(locale, video),
      h("span", { class: "go" }, icon("play", 22)),
      h("span", { class: "lasts figures" }, locale.duration(video.duration))),
    actions && selectBox(locale, facts, actions),
    h("div", { class: "strip" }, h("span", { class: "kept" }), gapMarks(video)),
    h("div", { class: "foot" },
      h("h3", { title: video.name }, video.name),
      h("div", { class: "facts" },
        h("p", { class: "second figures" },
          video.locked && h("span", { class: "locked", role: "img", "aria-label": locale.t("videos.locked"), title: locale.t("videos.locked") }, icon("lock", 14)),
          `${locale.minute(video.started_at)} · ${locale.size(video.size)}`),
        actions && h("a", {
          class: "icon-button", href: downloadUrl(video, base), download: true,
          "aria-label": locale.t("videos.download_video", facts), title: locale.t("videos.download"),
        }, icon("download")),
        actions && iconButton("trash", locale.t("videos.delete_video", facts), () => actions.ask([video]), { title: locale.t("videos.delete", { count: 1 }) }))))
}
