// The view of one video: the player, the name, the actions, the receipt and the keys.

import { fill, focusBeside, h, iconButton } from "../kit/base.js"
import { icon } from "../kit/icons.js"
import { lifetime } from "../kit/lifetime.js"
import { createLocale } from "../kit/locale.js"
import { currentRoute } from "../kit/route.js"
import { deleteDialog } from "../videos/delete_dialog.js"
import { eventList } from "../videos/event_list.js"
import { keysPanel, receiptPanel } from "../videos/receipt_panel.js"
import { renaming } from "../videos/renaming.js"
import { downloadUrl, startTime } from "../videos/video_format.js"
import { videoEvents } from "../videos/video_events.js"
import { videoPlayer } from "../videos/video_player.js"
import { videoSource } from "../videos/video_source.js"

/** @import { Locale } from "../kit/locale.js" */
/** @import { Answer, Model, PlayedVideo, Receipt, RenderArguments, ShownVideo } from "../wire.js" */

/** @param {RenderArguments<{shown: ShownVideo}>} _ */
export function render({ model, view }) {
  const life = lifetime(model, view)
  const inside = h("div")
  const root = h("section", { class: "player" }, inside)
  const source = videoSource(model.base)
  const name = renaming(model, inside, source, draw)
  const events = videoEvents(life, model)
  const list = eventList(events)
  let playing = new AbortController()
  let drawn = "" // what was drawn of the video, without its events
  let trouble = "" // why it could not be locked or unlocked

  const ask = deleteDialog(model, life, root, {
    onSend: source.release, // Windows does not delete a file that is being read
    onDeleted: () => void (location.hash = "#videos"),
    onFailed: draw,
  })
  life.add(() => playing.abort())
  life.add(source.release)

  function draw() {
    playing.abort()
    playing = new AbortController()
    const wasPlaying = !source.element().paused
    const locale = createLocale(model.texts)
    const { filename, video, receipt } = model.shown
    const asked = currentRoute().file
    if (!filename || (asked && asked !== filename)) {
      source.element().pause()
      return void fill(inside)
    }
    root.setAttribute("aria-label", locale.t("videos.player"))
    if (!video && name.isMoving(filename)) return
    if (!video) {
      source.element().pause()
      return void fill(inside, goneMessage(locale))
    }
    const element = source.load(filename, name.time())
    const player = videoPlayer(locale, element, video, receipt, model.base, events, playing.signal)
    const focused = focusBeside(inside)
    drawn = withoutEvents(model.shown)
    events.changed = drawEvents(locale, video, list, player)
    fill(inside,
      h("header", {}, wayBack(locale), name.element(locale, video), fileFacts(locale, video), fileActions(locale, model, video, receipt, () => ask([video]))),
      trouble && h("p", { class: "trouble", role: "alert" }, trouble),
      h("div", { class: "beside" },
        player.element,
        h("aside", { class: "known card" },
          list.element,
          h("section", {}, receiptPanel(locale, video, receipt)),
          h("section", {}, keysPanel(locale, video, events.canMark())))))
    events.changed()
    if (focused?.isConnected) focused.focus()
    name.arrived(filename)
    if (wasPlaying) source.start()
  }

  function showTrouble(/** @type {string} */ problem) {
    trouble = problem
    draw()
  }

  function routeChanged() {
    const { file } = currentRoute()
    name.leave(file)
    trouble = ""
    if (file !== model.shown.filename) return source.element().pause()
    draw()
    source.start()
  }

  function show() {
    if (withoutEvents(model.shown) !== drawn) draw()
    if (model.shown.video) events.show()
  }

  life.watch(["shown"], show)
  life.watch(["texts"], draw)
  life.onRoute(routeChanged)
  life.watch("msg:custom", (/** @type {Answer} */ answer) => {
    if (answer.answered === "rename") name.answered(answer)
    if (answer.answered === "lock" && answer.problem !== trouble) showTrouble(answer.problem)
  })
  show()
  return root
}

/**
 * @param {Locale} locale
 * @param {PlayedVideo} video
 * @param {ReturnType<typeof eventList>} list
 * @param {ReturnType<typeof videoPlayer>} player
 */
const drawEvents = (locale, video, list, player) => () => {
  list.draw(locale, video, player.seek)
  player.drawEvents()
}

/**
 * What is shown of a video besides its events.
 * @param {ShownVideo} shown
 */
const withoutEvents = ({ receipt, ...shown }) => JSON.stringify({ ...shown, receipt: receipt && { ...receipt, events: null, file: null } })

/** @param {Locale} locale */
const goneMessage = (locale) =>
  h("div", { class: "nothing" },
    icon("video", 44),
    h("h1", {}, locale.t("videos.gone")),
    h("p", {}, locale.t("videos.gone_hint")),
    h("a", { class: "button", href: "#videos" }, icon("arrow-left"), locale.t("videos.back")))

/** @param {Locale} locale */
const wayBack = (locale) =>
  h("a", { class: "button link", href: "#videos" }, icon("arrow-left"), h("span", {}, locale.t("videos.back")))

/**
 * @param {Locale} locale
 * @param {PlayedVideo} video
 */
const fileFacts = (locale, video) =>
  h("p", { class: "facts figures" }, `${startTime(locale, video)} · ${locale.length(video.duration)} · ${locale.size(video.size)}`)

/**
 * Download, lock and delete.
 * @param {Locale} locale
 * @param {Model} model
 * @param {PlayedVideo} video
 * @param {Receipt | null} receipt
 * @param {() => void} askToDelete
 */
function fileActions(locale, model, video, receipt, askToDelete) {
  const { filename, locked } = video
  const facts = { name: video.name, when: startTime(locale, video) }
  const toggleLock = () => model.send_msg({ do: "lock", filenames: [filename], locked: !locked })
  return h("div", { class: "file" },
    h("a", {
      class: "button", href: downloadUrl(video, model.base), download: true, "aria-label": locale.t("videos.download_video", facts),
    }, icon("download"), locale.t("videos.download")),
    receipt && iconButton(locked ? "lock" : "unlock", locale.t(locked ? "videos.unlock" : "videos.lock"), toggleLock,
      { class: "icon-button lock", "aria-pressed": locked ? "true" : "false", title: locale.t(locked ? "videos.locked" : "videos.lock") }),
    iconButton("trash", locale.t("videos.delete_video", facts), askToDelete, { title: locale.t("videos.delete", { count: 1 }) }))
}
