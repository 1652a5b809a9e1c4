// The form that opens a camera: a dashed card after the cameras. If there is no camera, it is the whole page. What is
// typed stays here until camrec has opened the camera, and is sent in one message.

import { addressForm } from "../kit/address_form.js"
import { button, fill, h } from "../kit/base.js"
import { discoveredCameras } from "../kit/discovered_cameras.js"
import { forgetCamera } from "../kit/forget_camera.js"
import { icon } from "../kit/icons.js"
import { lifetime } from "../kit/lifetime.js"
import { createLocale } from "../kit/locale.js"
import { recentCameras } from "../kit/recent_cameras.js"

/** @import { Proposal } from "../kit/address_form.js" */
/** @import { Locale } from "../kit/locale.js" */
/** @import { DiscoveredCamera } from "../kit/discovered_cameras.js" */
/** @import { RecentCamera } from "../kit/recent_cameras.js" */
/** @import { Answer, RenderArguments } from "../wire.js" */
/** @typedef {{cameras: number, open: number, most: number, demo: boolean, recent_cameras: RecentCamera[], can_discover: boolean}} AddCameraParameters */

const MAX_RECENT = 3 // recent cameras in a card; the whole page has space for all
const LOGIN_CODES = ["camera_asks_login", "camera_wrong_password"]

/** @param {RenderArguments<AddCameraParameters>} _ */
export function render({ model, view }) {
  const life = lifetime(model, view)
  const box = h("section")
  const form = addressForm({ submit: submitAddress })
  let locale = createLocale(model.texts)
  /** @type {string | null} */
  let pending = null // the action that camrec has not answered yet
  /** @type {DiscoveredCamera[] | null} */
  let found = null // cameras on the network; null: they were not searched for

  /** @param {string} action */
  function ask(action, details = {}) {
    if (pending !== null) return
    pending = action
    form.showProblem("")
    model.send_msg({ do: action, ...details })
    draw()
  }

  function submitAddress() {
    const { url, ...further } = form.values()
    if (url.trim() === "") return form.rejectEmpty()
    if (!url.includes("://")) form.setHint("page.searching")
    ask("open", { url, ...further })
  }

  const demoButton = () =>
    button({ label: locale.t("page.try_demo"), icon: "play", class: "demo", on: () => ask("demo"), "aria-busy": pending === "demo" })

  const searchButton = () => model.can_discover && button({
    label: locale.t(pending === "find" ? "page.finding" : "page.find"), icon: "search", class: "demo find",
    on: () => ask("find"), "aria-busy": pending === "find",
  })

  const discovered = () => discoveredCameras(locale, found, (url) => form.propose(url, "page.found_hint"))

  /** @param {number} maxCount */
  const recent = (maxCount) => recentCameras(locale, model.recent_cameras.slice(0, maxCount), {
    // If the password is not known any more, the address is put into the field, to be completed.
    reopen: ({ id, url, asks }) => (asks ? form.propose(url, "page.earlier_asks") : ask("reopen", { id })),
    forget: (camera) => forgetCamera(/** @type {Element} */ (box.parentElement), locale, camera, () => ask("forget", { id: camera.id })),
  })

  function draw() {
    locale = createLocale(model.texts)
    const isWholePage = model.cameras === 0
    const restoreFocus = form.draw(locale, pending === "open")
    box.className = isWholePage ? "hero" : "next"
    fill(box, isWholePage
      ? [pageHead(locale), h("div", { class: "card" }, form.element, searchButton(), discovered()), recent(Infinity), noCamera(locale, demoButton())]
      : [cardHead(locale, model), form.element, discovered(), recent(MAX_RECENT) ?? (model.demo ? demoButton() : null), searchButton()])
    restoreFocus()
  }

  /** @param {Answer} answer */
  function answered({ answered: action, ok, problem, code, given }) {
    if (action === "find" && ok) found = JSON.parse(given)
    if (action === "open") {
      if (ok) {
        found = null
        form.clear()
      }
      form.setHint("page.address_hint")
    }
    pending = null
    form.setProblem(ok ? "" : problem)
    draw()
    if (ok) return
    if (LOGIN_CODES.includes(code)) form.askLogin()
    else form.focus()
  }

  life.watch(["texts", "cameras", "open", "most", "demo", "recent_cameras", "can_discover"], draw)
  life.watch("msg:custom", (/** @type {Answer | Proposal} */ message) => {
    if ("address" in message) form.complete(message)
    else answered(message)
  })
  draw()
  return box
}

/** @param {Locale} locale */
const pageHead = (locale) => [
  h("span", { class: "lens" }, h("i")),
  h("h1", {}, locale.t("page.hero_first"), h("br"), locale.t("page.hero_second")),
  h("p", { class: "lead" }, locale.t("page.hero_text")),
]

/**
 * @param {Locale} locale
 * @param {AddCameraParameters} model
 */
const cardHead = (locale, { open, most }) =>
  h("header", {}, h("span", { class: "plus" }, icon("plus", 22)),
    h("div", {}, h("h2", { class: "heading" }, locale.t("page.add_camera")),
      h("p", { class: "second" }, locale.t("page.open_of", { count: open, most }))))

/**
 * @param {Locale} locale
 * @param {HTMLElement} demoButton
 */
const noCamera = (locale, demoButton) => h("div", { class: "none" }, h("span", {}, locale.t("page.no_camera")), demoButton)
