// Where the next camera will appear: a dashed card with the address field; with no camera at all it is the page.
// What is typed stays here until camrec has taken it, and goes there in one message.

import { button, fill, focusBeside, h, iconButton } from "../kit/base.js"
import { STREAM_ADDRESSES, discoveredCameras } from "../kit/discovered_cameras.js"
import { icon } from "../kit/icons.js"
import { lifetime } from "../kit/lifetime.js"
import { createLocale } from "../kit/locale.js"

/** @import { DiscoveredCamera } from "../kit/discovered_cameras.js" */
/** @import { Locale } from "../kit/locale.js" */
/** @import { Answer, RenderArguments } from "../wire.js" */
/** @typedef {{name: string, host: string, url: string, asks: boolean}} RecentCamera `asks`: for its password */
/** @typedef {{cameras: number, open: number, most: number, demo: boolean, recent_cameras: RecentCamera[], can_discover: boolean}} AddCameraParameters */
/** @typedef {{address: string, name: string, login: boolean}} Proposal to be completed in the fields */

const MAX_RECENT = 3 // earlier cameras in a card; the whole page has room for all
const LOGIN_CODES = ["camera_asks_login", "camera_wrong_password"]

/** @param {RenderArguments<AddCameraParameters>} _ */
export function render({ model, view }) {
  const life = lifetime(model, view)
  const box = h("section")
  const form = addressForm({ submit: submitAddress })
  let locale = createLocale(model.texts)
  /** @type {string | null} */
  let pending = null // what camrec was asked, until it answers
  /** @type {DiscoveredCamera[] | null} */
  let found = null // cameras on the network, when they were searched for

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
    // One whose password is not known any more is put into the field, to be completed.
    reopen: ({ url, asks }) => (asks ? form.propose(url, "page.earlier_asks") : ask("reopen", { url })),
    forget: ({ url }) => ask("forget", { url }),
  })

  function draw() {
    locale = createLocale(model.texts)
    const isWholePage = model.cameras === 0
    const restoreFocus = form.draw(locale, pending === "open")
    box.className = isWholePage ? "hero" : "next"
    fill(box, isWholePage
      ? [h("span", { class: "lens" }, h("i")),
          h("h1", {}, locale.t("page.hero_first"), h("br"), locale.t("page.hero_second")),
          h("p", { class: "lead" }, locale.t("page.hero_text")),
          h("div", { class: "card" }, form.element, searchButton(), discovered()),
          recent(Infinity),
          h("div", { class: "none" }, h("span", {}, locale.t("page.no_camera")), demoButton())]
      : [h("header", {}, h("span", { class: "plus" }, icon("plus", 22)),
          h("div", {}, h("h2", { class: "heading" }, locale.t("page.add_camera")),
            h("p", { class: "second" }, locale.t("page.open_of", { count: model.open, most: model.most })))),
          form.element, discovered(), recent(MAX_RECENT) ?? (model.demo ? demoButton() : null), searchButton()])
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

/**
 * The cameras that were opened before, each with what takes it off the list.
 * @param {Locale} locale
 * @param {RecentCamera[]} cameras
 * @param {{reopen: (camera: RecentCamera) => void, forget: (camera: RecentCamera) => void}} actions
 */
function recentCameras(locale, cameras, { reopen, forget }) {
  if (cameras.length === 0) return null
  return h("div", { class: "earlier" },
    h("h3", { class: "second" }, locale.t("page.earlier")),
    h("ul", {}, cameras.map((camera) => {
      const facts = { name: camera.name, host: camera.host }
      const host = camera.name === camera.host ? null : h("span", { class: "second" }, camera.host)
      return h("li", {},
        h("button", { type: "button", class: "again", "aria-label": locale.t("page.reopen", facts), on: { click: () => reopen(camera) } },
          icon("video", 18), h("span", { class: "named" }, h("b", {}, camera.name), host)),
        iconButton("close", locale.t("page.forget", facts), () => forget(camera)))
    })))
}

/**
 * A text field of the form.
 * @param {string} id
 * @param {Record<string, unknown>} attributes
 */
const textField = (id, attributes) =>
  h("input", { class: "field", id, name: id, type: "text", autocomplete: "off", spellcheck: "false", ...attributes })

/**
 * The address, and folded away its name, user and password: one who pastes a whole address needs none of them.
 * @param {{submit: () => void}} actions
 */
function addressForm({ submit }) {
  const address = h("input", {
    class: "field", id: "address", name: "address", type: "text", inputmode: "url", autocomplete: "off",
    autocapitalize: "off", spellcheck: "false", "aria-describedby": "told", on: { input: () => showProblem("") },
  })
  const status = h("p", { id: "told" })
  const name = textField("name", { maxlength: 100 })
  const user = textField("user", { autocapitalize: "off" })
  const password = textField("password", { type: "password", autocomplete: "new-password" })
  const fields = [address, name, user, password]
  const more = h("details", { class: "more" })
  const help = h("details", { class: "help" })
  const element = h("form", { novalidate: true, on: {
    submit: (/** @type {Event} */ event) => {
      event.preventDefault()
      submit()
    },
  } })
  /** @type {Locale} */
  let locale
  let problem = ""
  let hint = "page.address_hint"

  /** @param {string} text */
  function showProblem(text) {
    problem = text
    address.setAttribute("aria-invalid", text ? "true" : "false")
    drawStatus(status, text, locale.t(hint))
  }

  /** User and password are to be typed. */
  function askLogin() {
    more.open = true
    user.focus()
  }

  return {
    element,
    showProblem,
    askLogin,
    focus: () => address.focus(),
    /** @param {string} text shown with the next `draw` */
    setProblem: (text) => void (problem = text),
    /** @param {string} key shown with the next `draw` */
    setHint: (key) => void (hint = key),
    values: () => ({ url: address.value, name: name.value.trim(), user: user.value, password: password.value }),
    rejectEmpty() {
      showProblem(locale.t("page.address_empty"))
      address.focus()
    },
    /**
     * Into the field, to be completed by user and password.
     * @param {string} url
     * @param {string} why
     */
    propose(url, why) {
      hint = why
      showProblem("")
      address.value = url
      askLogin()
    },
    /** @param {Proposal} proposal */
    complete(proposal) {
      address.value = proposal.address
      name.value = proposal.name
      if (proposal.login) return askLogin()
      more.open ||= proposal.name !== ""
      address.focus()
    },
    clear() {
      for (const field of fields) field.value = ""
      more.open = help.open = false
    },
    /**
     * Returns what gives the focus back to the field that had it.
     * @param {Locale} inLocale
     * @param {boolean} isBusy
     */
    draw(inLocale, isBusy) {
      locale = inLocale
      const focused = fields.find((field) => focusBeside(field) === field)
      address.placeholder = locale.t("page.address_example")
      showProblem(problem)
      fill(more, h("summary", {}, locale.t("page.more_fields")), h("div", { class: "fields" },
        labelled(locale.t("page.camera_name"), name),
        labelled(locale.t("page.camera_user"), user),
        labelled(locale.t("page.camera_password"), password)))
      fill(help, ...addressHelp(locale))
      fill(element,
        h("label", { for: "address" }, locale.t("page.address")),
        h("div", { class: "entry" }, address,
          h("button", { type: "submit", class: "button main", "aria-busy": isBusy }, locale.t("page.open_camera"))),
        status, h("div", { class: "folded" }, more, help))
      return () => focused?.focus()
    },
  }
}

/**
 * What is wrong with the address, or a hint.
 * @param {HTMLElement} status
 * @param {string} problem
 * @param {string} hint
 */
function drawStatus(status, problem, hint) {
  status.className = problem ? "told wrong" : "told second"
  if (problem) status.setAttribute("role", "alert")
  else status.removeAttribute("role")
  fill(status, problem ? icon("warning", 18) : null, h("span", {}, problem || hint))
}

/**
 * @param {string} label
 * @param {HTMLInputElement} field
 */
const labelled = (label, field) => h("div", { class: "labelled" }, h("label", { for: field.id }, label), field)

/** @param {Locale} locale */
const addressHelp = (locale) => [
  h("summary", {}, locale.t("page.address_help")),
  h("p", { class: "second" }, locale.t("page.address_help_bare")),
  h("p", { class: "second" }, locale.t("page.address_help_text")),
  h("dl", { class: "second" }, STREAM_ADDRESSES.map(([make, path]) => [h("dt", {}, make), h("dd", {}, path)])),
]
