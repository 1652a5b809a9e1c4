// The controls below the live view: the duration and Record, the recording that runs, or what to check.
// Each function draws into the element and returns a function to be called regularly, if one is needed.

import { button, fill, find, h } from "../kit/base.js"
import { icon } from "../kit/icons.js"
import { NBSP } from "../kit/locale.js"
import { serverUrl } from "../kit/route.js"
import { MAX_DURATION_S, durationChoice, recordOffer } from "./duration_choices.js"
import { recordingProgress } from "./recording_progress.js"
import { saveFile } from "./save_still.js"
import { startTime } from "./scheduled_recordings.js"

/** @import { Tick } from "../kit/part_drawing.js" */
/** @import { CameraModel, ControlsMode } from "./camera_model.js" */
/** @import { WhenAndWhat } from "./when_and_what.js" */

/**
 * @param {CameraModel<any>} camera
 * @param {object} [options]
 * @param {HTMLElement | null} [options.tools] shown next to Record, and next to the size of the recording
 * @param {((timeStamp: number) => void) | null} [options.mark] marks the moment of a press; null: there is no button for it
 * @param {boolean} [options.canExtend] whether there is a button that lets a recording end later
 * @param {WhenAndWhat | null} [options.extras] what a recording may have besides its length
 */
export function recordControls(camera, { tools = null, mark = null, canExtend = false, extras = null } = {}) {
  const { model } = camera
  const element = h("div", { class: "controls" })
  const duration = durationChoice(model.session.session_id)
  let changedAt = performance.now() // time of the latest news of this camera

  const trouble = () => camera.problem || model.session.trouble
  const problem = () => (trouble() ? h("p", { class: "problem", role: "alert" }, icon("warning", 18), trouble()) : null)

  return {
    element,
    trouble,
    sessionChanged: () => void (changedAt = performance.now()),
    /**
     * @param {ControlsMode} mode
     * @returns {Tick}
     */
    draw(mode) {
      element.className = `controls ${mode}`
      if (mode === "opening") return void fill(element, h("div", { class: "blank" }), h("div", { class: "blank" }))
      if (mode === "failed") return drawFailed(element, camera, problem())
      if (mode === "saving") return drawSaving(element, camera)
      if (mode === "recording") return recordingProgress(element, camera, { problem: problem(), tools, mark, canExtend, changedAt: () => changedAt })
      return drawReady(element, camera, duration, { enabled: mode === "ready", problem: problem(), tools, extras })
    },
  }
}

/**
 * @param {HTMLElement} element
 * @param {CameraModel<any>} camera
 */
function drawSaving(element, { locale }) {
  fill(element, h("p", { class: "saving", role: "status" }, h("i", { class: "ring turning" }), locale.t("page.saving")))
}

/**
 * @param {HTMLElement} element
 * @param {CameraModel<any>} camera
 * @param {HTMLElement | null} problem
 */
function drawFailed(element, camera, problem) {
  const { locale, ask } = camera
  /** @type {{checks: string[]}} */
  const { checks } = camera.model.session.failure
  fill(element,
    checks.length ? [h("h3", {}, locale.t("page.what_to_check")), h("ul", {}, checks.map((line) => h("li", {}, line)))] : null,
    h("div", { class: "choices" },
      button({ label: locale.t("page.retry"), kind: "main", on: () => ask("retry") }),
      button({ label: locale.t("page.change_address"), on: () => ask("change") }),
      button({ label: locale.t("page.remove"), kind: "link", on: () => ask("close") })),
    cameraReport(camera),
    problem)
}

/**
 * Saves what passes between camrec and the camera as a file to send to somebody. It connects to the camera once more.
 * @param {CameraModel<any>} camera
 */
function cameraReport({ locale, model }) {
  const status = h("span", { class: "second", role: "status" })
  const save = button({
    label: locale.t("page.report"), icon: "download", kind: "link", title: locale.t("page.report_title"),
    on: async () => {
      save.disabled = true
      fill(status, locale.t("page.report_running"))
      const reply = await fetch(serverUrl(`session/${model.session.session_id}/report`, model.base)).catch(() => null)
      fill(status, reply?.ok ? "" : locale.t("page.report_failed"))
      save.disabled = false
      if (reply?.ok) saveFile(await reply.blob(), `camrec report ${model.session.name}.zip`)
    },
  })
  return h("p", { class: "report" }, save, status)
}

/**
 * @param {HTMLElement} element
 * @param {CameraModel<any>} camera
 * @param {ReturnType<typeof durationChoice>} duration
 * @param {{enabled: boolean, problem: HTMLElement | null, tools: HTMLElement | null, extras: WhenAndWhat | null}} options
 */
function drawReady(element, camera, duration, { enabled, problem, tools, extras }) {
  const { locale, live, model, ask, now } = camera
  const group = `length-${model.session.session_id}`
  const { choices, fields } = duration.draw(locale, group, () => tick(), { disabled: !enabled })
  const press = button({ label: "", kind: "main", class: "press", on: begin })
  press.prepend(h("i", { class: "dot" }))
  const hint = h("p", { class: "hint second figures" })
  fill(element, choices, h("div", { class: "go" }, fields, extras ? h("div", { class: "split" }, press, extras.drawOpener(enabled)) : press, tools), problem ?? hint)

  function offer() {
    const { max_seconds: maxSeconds = MAX_DURATION_S, file_bit_rate: bitRate = 0, room_bytes: roomBytes = 0, free_bytes: freeBytes = 0 } =
      live.facts() ?? {}
    const { startsAt = null, problem: wrong = null, said = "" } = extras?.read() ?? {}
    const when = startsAt === null || wrong ? "" : ` ${startTime(locale, startsAt, now())}`
    const made = recordOffer(locale, duration.seconds(), now(), { maxSeconds, bitRate, roomBytes, freeBytes },
      (length, isShortened) =>
        (length === null ? locale.t("page.record_endless") : locale.t(isShortened ? "page.record_instead" : "page.record", { length })) + when, startsAt)
    return wrong ? { ...made, seconds: 0, hint: locale.t(wrong), isShort: true, said: "" } : { ...made, said }
  }

  function begin() {
    const { startsAt = null, name = "", details = [] } = extras?.read() ?? {}
    const more = extras ? { at: startsAt, name, details: details.map((each) => [each.name, each.value]) } : {}
    ask("record", { seconds: offer().seconds, ...more })
  }

  function tick() {
    const { seconds, label, hint: line, isShort, said } = offer()
    press.disabled = !enabled || seconds === 0
    press.setAttribute("aria-busy", String(camera.pending === "record"))
    find(press, "span").textContent = label
    hint.classList.toggle("short", isShort)
    fill(hint, isShort ? icon("warning", 16) : null, h("span", {}, enabled ? line : NBSP, enabled && said ? [" · ", h("b", {}, said)] : null))
  }
  return tick
}
