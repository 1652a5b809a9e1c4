// What is drawn over a camera's live view: its state, why it is frozen, or why there is no frame.
// Each function draws into its element and returns a function to be called regularly, if one is needed.

import { button, fill, h } from "../kit/base.js"
import { icon } from "../kit/icons.js"

/** @import { Children } from "../kit/base.js" */
/** @import { Tick } from "../kit/part_drawing.js" */
/** @import { Fact, Session } from "../wire.js" */
/** @import { CameraModel, CameraState } from "./camera_model.js" */

const ROLES = { stale: "status", opening: "status", failed: "alert", live: "none" }
const FINE_RATE = 9.5 // frames per second below which the rate is shown with a decimal

/**
 * @param {CameraModel<any>} camera
 * @param {HTMLElement | null} badgeExtra is shown in the badge, next to the state
 */
export function pictureOverlay(camera, badgeExtra = null) {
  const { live } = camera
  const badges = h("div", { class: "badges" })
  const figures = h("div", { class: "chip figures", hidden: true })
  const over = h("div", { class: "over" })
  const element = h("div", { class: "screen" }, live.element, over, badges, figures)

  /**
   * Live or not, and whether it is being recorded: neither is shown without a connection that confirms it.
   * @param {CameraState} state
   */
  function drawBadges(state) {
    /**
     * @param {string} kind
     * @param {string} mark
     * @param {string} text
     * @param {...Children} rest
     */
    const chip = (kind, mark, text, ...rest) =>
      h("span", { class: `chip ${kind}` }, h("i", { class: mark }), camera.locale.t(`page.badge_${text}`), ...rest)
    const isRecording = camera.isRecording()
    if (state === "live" && live.isWaiting()) return void fill(badges, chip("opening", "dot", "connecting", badgeExtra))
    if (state === "live" && isRecording) return void fill(badges, chip("recording", "dot pulse", "recording", badgeExtra))
    const text = state === "stale" && camera.isLost() ? "no_link" : state
    const isStillRecording = state === "stale" && isRecording && live.isLinked()
    fill(badges, chip(state, "dot", text, badgeExtra), isStillRecording ? chip("waiting", "ring", "recording") : null)
  }

  /**
   * "1920×1080 · 25 fps"
   * @param {CameraState} state
   */
  function drawFigures(state) {
    const { width, height, fps = 0 } = live.facts() ?? {}
    figures.hidden = state !== "live" || !width
    if (figures.hidden) return
    const rate = camera.locale.number(fps, fps < FINE_RATE && Math.abs(fps - Math.round(fps)) > 0.05 ? 1 : 0)
    figures.textContent = `${width}×${height} · ${camera.locale.t("page.fps", { rate })}`
  }

  /**
   * @param {CameraState} state
   * @returns {Tick}
   */
  function drawOver(state) {
    over.className = `over ${state}`
    over.setAttribute("role", ROLES[state])
    if (state === "opening") return drawOpening(over, camera)
    if (state === "failed") return drawFailed(over, camera)
    if (state === "stale") return drawStale(over, camera)
    fill(over, live.isWaiting() ? h("i", { class: "ring turning" }) : null)
  }

  return { element, badges, over, drawBadges, drawFigures, drawOver }
}

/**
 * @param {HTMLElement} over
 * @param {CameraModel<any>} camera
 */
function drawStale(over, { locale, live, model, isLost }) {
  const [since, last, effort] = ["big figures", "figures", "small"].map((name) => h("p", { class: name }))
  fill(over, icon("clock", 26), since, last, effort)

  function effortText() {
    if (isLost()) return locale.t("page.no_link")
    if (model.session.waiting_for === "key_frame") return locale.t("page.waiting_key_frame")
    return locale.t("page.trying", { number: model.session.retries + 1 })
  }

  return () => {
    const age = live.age()
    since.textContent = age === null ? locale.t("page.badge_stale") : locale.t("page.no_picture_for", { length: locale.length(Math.floor(age)) })
    last.textContent = age === null ? "" : locale.t("page.last_picture", { time: locale.clock(Date.now() - age * 1000) })
    effort.textContent = effortText()
  }
}

/**
 * The steps of an opening: those that are done, and the current one.
 * @param {HTMLElement} over
 * @param {CameraModel<any>} camera
 */
function drawOpening(over, { locale, model, ask }) {
  const { attempt, tries, seen, wanted, host, proxy_ready, waiting_for } = /** @type {Session} */ (model.session)
  const marks = {
    done: () => icon("check-circle", 22),
    now: () => h("i", { class: "ring turning" }),
    later: () => h("i", { class: "ring" }),
  }
  /**
   * @param {keyof typeof marks} progress
   * @param {string} key
   * @param {Record<string, Fact>} [facts]
   */
  const step = (progress, key, facts) => h("li", { class: progress }, marks[progress](), locale.t(key, facts))
  const isReached = seen > 0 || !["answer", null, undefined].includes(waiting_for)
  const awaited = waiting_for === "key_frame" ? "waiting_key_frame"
    : seen > 0 && waiting_for === "picture" ? "waiting_decodable"
    : "waiting_pictures"
  fill(over,
    h("p", { class: "big" }, locale.t("page.reaching")),
    h("p", {}, locale.t("page.attempt", { number: attempt, most: tries })),
    h("ol", { class: "steps figures" },
      proxy_ready ? step("done", "page.proxy_ready") : step("now", "page.proxy_starting"),
      isReached ? step("done", "page.connected_to", { host }) : step(proxy_ready ? "now" : "later", "page.connecting_to", { host }),
      step(isReached ? "now" : "later", `page.${awaited}`, { seen: Math.min(seen, wanted), most: wanted })),
    button({ label: locale.t("page.cancel"), on: () => ask("close") }))
}

/**
 * @param {HTMLElement} over
 * @param {CameraModel<any>} camera
 */
function drawFailed(over, { model }) {
  const { failure } = model.session
  fill(over,
    h("span", { class: "disc" }, icon("camera-off", 28)),
    h("p", { class: "big" }, failure.title),
    h("p", { class: "fact" }, failure.fact))
}
