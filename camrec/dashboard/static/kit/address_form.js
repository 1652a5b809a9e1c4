// The form with a camera's address, and the fields and the help that are folded away below it.

import { fill, focusBeside, h } from "./base.js"
import { clockChoice } from "./clock_choice.js"
import { STREAM_ADDRESSES } from "./discovered_cameras.js"
import { icon } from "./icons.js"

/** @import { Locale } from "./locale.js" */
/** @typedef {{address: string, name: string, login: boolean, own_clock: boolean}} Proposal to be completed in the fields */

/**
 * A text field of the form.
 * @param {string} id
 * @param {Record<string, unknown>} attributes
 */
const textField = (id, attributes) =>
  h("input", { class: "field", id, name: id, type: "text", autocomplete: "off", spellcheck: "false", ...attributes })

/**
 * The address; folded away are name, user and password, which a complete address does not need, and whether the camera
 * is opened again at each start of camrec.
 * @param {{submit: () => void}} actions
 */
export function addressForm({ submit }) {
  const fields = formFields(() => showProblem(""))
  const { address, user } = fields
  const status = h("p", { id: "told" })
  const more = h("details", { class: "more" })
  const help = h("details", { class: "help" })
  const element = formElement(submit)
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

  /** Let the user type user and password. */
  function askLogin() {
    more.open = true
    user.focus()
  }

  return {
    element,
    showProblem,
    askLogin,
    focus: () => address.focus(),
    /** @param {string} text shown by the next `draw` */
    setProblem: (text) => void (problem = text),
    /** @param {string} key shown by the next `draw` */
    setHint: (key) => void (hint = key),
    values: fields.values,
    rejectEmpty() {
      showProblem(locale.t("page.address_empty"))
      address.focus()
    },
    /**
     * Put an address into the field, to be completed by user and password.
     * @param {string} url
     * @param {string} hintKey
     */
    propose(url, hintKey) {
      hint = hintKey
      showProblem("")
      address.value = url
      askLogin()
    },
    /** @param {Proposal} proposal */
    complete(proposal) {
      fields.fill(proposal)
      if (proposal.login) return askLogin()
      more.open ||= proposal.name !== "" || proposal.own_clock
      address.focus()
    },
    clear() {
      fields.clear()
      more.open = help.open = false
    },
    /**
     * Returns a function that gives the focus back to the field that had it.
     * @param {Locale} inLocale
     * @param {boolean} isBusy
     */
    draw(inLocale, isBusy) {
      locale = inLocale
      const focused = fields.focused()
      address.placeholder = locale.t("page.address_example")
      showProblem(problem)
      fill(more, ...fields.folded(locale))
      fill(help, ...addressHelp(locale))
      fill(element,
        h("label", { for: "address" }, locale.t("page.address")),
        h("div", { class: "entry" }, address, openButton(locale, isBusy)),
        status, h("div", { class: "folded" }, more, help))
      return () => focused?.focus()
    },
  }
}

/**
 * The fields and what is in them.
 * @param {() => void} onInput the address is being changed
 */
function formFields(onInput) {
  const address = textField("address", {
    inputmode: "url", autocapitalize: "off", "aria-describedby": "told", on: { input: onInput },
  })
  const name = textField("name", { maxlength: 100 })
  const user = textField("user", { autocapitalize: "off" })
  const password = textField("password", { type: "password", autocomplete: "new-password" })
  const stays = h("input", { id: "stays", name: "stays", type: "checkbox" })
  const clock = clockChoice()
  const texts = [address, name, user, password]
  return {
    address,
    user,
    values: () => ({
      url: address.value, name: name.value.trim(), user: user.value, password: password.value, stays: stays.checked,
      own_clock: clock.box.checked,
    }),
    /** @param {Proposal} proposal */
    fill(proposal) {
      address.value = proposal.address
      name.value = proposal.name
      clock.box.checked = proposal.own_clock
    },
    clear() {
      for (const field of texts) field.value = ""
      stays.checked = clock.box.checked = false
    },
    focused: () => [...texts, stays, clock.box].find((field) => focusBeside(field) === field),
    /**
     * What is folded away, in this language.
     * @param {Locale} locale
     */
    folded(locale) {
      clock.draw(locale)
      return [...foldedFields(locale, name, user, password, stays), clock.element]
    },
  }
}

/** @param {() => void} submit */
const formElement = (submit) => h("form", {
  novalidate: true,
  on: {
    submit: (/** @type {Event} */ event) => {
      event.preventDefault()
      submit()
    },
  },
})

/**
 * @param {Locale} locale
 * @param {boolean} isBusy
 */
const openButton = (locale, isBusy) =>
  h("button", { type: "submit", class: "button main", "aria-busy": isBusy }, locale.t("page.open_camera"))

/**
 * @param {Locale} locale
 * @param {HTMLInputElement} name
 * @param {HTMLInputElement} user
 * @param {HTMLInputElement} password
 * @param {HTMLInputElement} stays
 */
const foldedFields = (locale, name, user, password, stays) => [
  h("summary", {}, locale.t("page.more_fields")),
  h("div", { class: "fields" },
    labelled(locale.t("page.camera_name"), name),
    labelled(locale.t("page.camera_user"), user),
    labelled(locale.t("page.camera_password"), password),
    h("label", { class: "stays" }, stays, h("span", {}, locale.t("page.stays")))),
]

/**
 * Show what is wrong with the address, or a hint.
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
