// The controls below the player's timeline: buttons that move through the video, the current time, speed and volume.

import { fill, h, iconButton } from "../kit/base.js"
import { icon } from "../kit/icons.js"

/** @import { IconName } from "../kit/icons.js" */
/** @import { Locale } from "../kit/locale.js" */
/** @import { PlayedVideo } from "../wire.js" */
/** @import { FrameTimes } from "./frame_clock.js" */
/** @import { Seeking } from "./seeking.js" */

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16]

/**
 * @param {Locale} locale
 * @param {HTMLVideoElement} element
 * @param {PlayedVideo} video
 * @param {Seeking} seeking
 * @param {{togglePlay: () => void, saveStill: () => void, toggleFullScreen: () => void, mark: (() => void) | null}} actions
 */
export function transport(locale, element, video, seeking, { togglePlay, saveStill, toggleFullScreen, mark }) {
  const hasGaps = video.gaps.length > 0
  const time = h("strong", { class: "time figures" })
  const frame = h("span", { class: "second figures" })
  const play = iconButton("play", locale.t("videos.play"), togglePlay, { class: "icon-button play" })
  const mute = iconButton("sound", locale.t("videos.mute"), () => {
    element.muted = !element.muted
  })
  const box = h("div", { class: "transport" },
    h("div", { class: "moves" },
      hasGaps && iconButton("gap-previous", `${locale.t("videos.previous_gap")} ([)`, () => seeking.toGap(-1)),
      iconButton("step-back", `${locale.t("videos.previous_frame")} (,)`, () => seeking.stepFrames(-1)),
      play,
      iconButton("step-forward", `${locale.t("videos.next_frame")} (.)`, () => seeking.stepFrames(1)),
      hasGaps && iconButton("gap-next", `${locale.t("videos.next_gap")} (])`, () => seeking.toGap(1))),
    h("div", { class: "now" }, time, frame),
    h("div", { class: "ways" }, speedField(locale, element), video.audio_codec && mute,
      mark && iconButton("flag", `${locale.t("videos.event_mark")} (m)`, mark),
      iconButton("camera", locale.t("videos.still"), saveStill),
      iconButton("expand", locale.t("videos.full_screen"), toggleFullScreen)))

  return {
    element: box,
    /**
     * @param {string} text the time, as it is shown
     * @param {number} moment
     * @param {FrameTimes} frames
     */
    showTime(text, moment, frames) {
      fill(time, text)
      const facts = { number: frames.frameNumber(moment), count: frames.count }
      fill(frame, facts.count ? locale.t(frames.isExact ? "videos.frame" : "videos.frame_about", facts) : "")
    },
    /** Whether the video plays, and is muted. */
    showState() {
      relabel(play, element.paused ? "play" : "pause", locale.t(element.paused ? "videos.play" : "videos.pause"))
      relabel(mute, element.muted ? "sound-off" : "sound", locale.t(element.muted ? "videos.unmute" : "videos.mute"))
    },
  }
}

/**
 * @param {HTMLElement} element
 * @param {IconName} name
 * @param {string} label
 */
function relabel(element, name, label) {
  fill(element, icon(name))
  element.title = label
  element.setAttribute("aria-label", label)
}

/**
 * @param {Locale} locale
 * @param {HTMLVideoElement} element
 */
function speedField(locale, element) {
  const field = h("select", { class: "field", on: {
    change: () => {
      element.playbackRate = Number(field.value)
    },
  } }, SPEEDS.map((rate) => h("option", { value: rate, selected: rate === element.playbackRate }, `${locale.number(rate, decimals(rate))}×`)))
  return h("label", { class: "speed" }, h("span", { class: "unseen" }, locale.t("videos.speed")), field, icon("chevron-down"))
}

/** @param {number} rate */
const decimals = (rate) => (rate < 1 ? String(rate).length - 2 : 0)
