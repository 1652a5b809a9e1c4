// A plan that would record a camera without a break, but is paused: a line below the controls that resumes it.

import { button, fill, h } from "../kit/base.js"
import { icon } from "../kit/icons.js"

/** @import { CameraModel } from "./camera_model.js" */

/**
 * @param {CameraModel} camera
 * @param {HTMLElement} element
 */
export function drawPausedPlan(camera, element) {
  const { locale, model } = camera
  const isShown = model.session.paused_plan !== null && !camera.isRecording()
  fill(element, isShown && h("ul", {}, h("li", {}, icon("pause", 18), h("span", {}, locale.t("page.plan_paused")),
    button({ label: locale.t("page.plan_resume"), kind: "link", on: () => camera.ask("resume") }))))
  element.hidden = !isShown
}
