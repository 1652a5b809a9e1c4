// Asks before videos are deleted. Python's answer closes the dialog, or is shown in it.

import { button, dialog, fill, find, h } from "../kit/base.js"
import { icon } from "../kit/icons.js"
import { createLocale } from "../kit/locale.js"
import { thumbnail } from "./thumbnail.js"
import { startTime } from "./video_format.js"

/** @import { Lifetime } from "../kit/lifetime.js" */
/** @import { Locale } from "../kit/locale.js" */
/** @import { Answer, Model, Video } from "../wire.js" */

const MAX_NAMED = 4

/**
 * The names and durations of the first videos, and how many more there are.
 * @param {Locale} locale
 * @param {Video[]} videos
 */
function videoNames(locale, videos) {
  return h("ul", { class: "those" },
    videos.slice(0, MAX_NAMED).map((video) => h("li", {}, `${video.name}, ${startTime(locale, video)} · ${locale.length(video.duration)}`)),
    videos.length > MAX_NAMED && h("li", { class: "second" }, locale.t("videos.and_more", { count: videos.length - MAX_NAMED })))
}

/**
 * The text of the dialog.
 * @param {Locale} locale
 * @param {Video[]} videos
 * @param {HTMLElement} fault
 */
function question(locale, videos, fault) {
  const count = videos.length
  const [video] = videos
  const size = locale.size(videos.reduce((sum, each) => sum + each.size, 0))
  const facts = { count, name: video.name, when: startTime(locale, video), length: locale.length(video.duration), size }
  const locked = videos.filter((each) => each.locked).length
  const lockedText = locale.t(count === 1 ? "videos.delete_this_locked" : "videos.delete_locked", { count: locked })
  return [
    h("h2", { id: "asked" }, locale.t("videos.delete_title", facts)),
    h("div", { id: "told" },
      count > 1 && videoNames(locale, videos),
      h("p", {}, locale.t("videos.delete_text", facts)),
      locked > 0 && h("p", { class: "locked" }, icon("lock", 18), lockedText)),
    fault,
  ]
}

/**
 * Returns a function that asks, and deletes the videos if the user confirms.
 * @param {Model} model
 * @param {Lifetime} life
 * @param {HTMLElement} host
 * @param {object} handlers
 * @param {() => void} [handlers.onSend] called before the request is sent
 * @param {() => void} [handlers.onDeleted]
 * @param {() => void} [handlers.onFailed]
 */
export function deleteDialog(model, life, host, { onSend, onDeleted, onFailed } = {}) {
  /** @type {{videos: Video[], box: HTMLDialogElement, showFailure: (reason: string) => void} | null} */
  let opened = null

  /** @param {Video[]} videos */
  function ask(videos) {
    const locale = createLocale(model.texts)
    const count = videos.length
    const fault = h("p", { class: "fault", role: "alert", hidden: true })
    const keep = button({ label: locale.t("videos.keep", { count }), class: "keep", autofocus: true, on: () => box.close() })
    const confirm = button({ label: locale.t("videos.delete", { count }), icon: "trash", kind: "danger", on: send })
    const label = find(confirm, "span")
    const box = dialog(host, { class: "deletion", "aria-labelledby": "asked", "aria-describedby": "told" },
      h("div", { class: "picture" }, videos.slice(0, MAX_NAMED).map((each) => thumbnail(each, model.base))),
      h("div", { class: "words" }, question(locale, videos, fault), h("div", { class: "choices" }, keep, confirm)))

    function send() {
      fault.hidden = true
      confirm.disabled = true
      fill(label, locale.t("videos.deleting"))
      onSend?.()
      model.send_msg({ do: "delete", filenames: videos.map((each) => each.filename) })
    }

    keep.focus()
    opened = {
      videos,
      box,
      showFailure(reason) {
        fill(fault, createLocale(model.texts).t("videos.delete_failed", { count, reason })).hidden = false
        confirm.disabled = false
        fill(label, createLocale(model.texts).t("videos.delete", { count }))
      },
    }
  }

  /** @param {Answer} answer */
  function answered({ answered: action, ok, problem }) {
    if (opened === null || action !== "delete") return
    if (ok) {
      const { box } = opened
      opened = null
      box.close()
      return onDeleted?.()
    }
    onFailed?.()
    if (!opened.box.isConnected) ask(opened.videos)
    opened.showFailure(problem)
  }

  life.watch("msg:custom", answered)
  life.add(() => opened?.box.close())
  return ask
}
