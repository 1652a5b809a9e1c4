// The settings: a dialog that the header and the line above the cameras open. What is chosen counts at
// once; a field that camrec refuses says why and keeps what was typed.

const THEMES = ["", "light", "dark"]
const LANGUAGE_NAMES = { fr: "Français", en: "English" } // each in its own words
const HIGHEST = 64 // cameras, as the settings' file

export function render({ model, view }) {
  const life = lifetime(model, view)
  const root = h("div")
  const problems = {} // by field: why it was refused
  const typed = {} // by field: what was asked for, until it is so
  let fresh = "" // the token that was set here, shown until the dialog closes
  let pending = "" // one that was typed or made, and is not in force before it is confirmed
  let made = false // it was made here: it is shown, and can be copied
  let box = null
  let form = null
  let opener = null // what has the focus again when it closes

  function open() {
    if (box?.open) return
    opener = focused()
    form = h("div", { class: "form" })
    for (const name of ["most", "folder", "token"]) {
      delete problems[name]
      delete typed[name]
    }
    fresh = pending = ""
    made = false
    draw()
    box = dialog(root, { "aria-labelledby": "settings", class: "settings" }, form)
    box.addEventListener("close", () => opener?.focus())
  }

  function field(name, label, hint, entry, shown = entry) {
    const problem = problems[name]
    entry.setAttribute("aria-describedby", `${name}-told`)
    entry.setAttribute("aria-invalid", problem ? "true" : "false")
    return [
      h("label", { for: name }, label),
      shown,
      h("p", { id: `${name}-told`, class: problem ? "wrong" : "second", role: problem ? "alert" : null }, problem || hint),
    ]
  }

  /** A number with a button at each side. */
  function counted(entry) {
    const say = words(model.texts)
    const move = (step) => () => {
      const value = Math.min(Math.max(Number(entry.value) + step, 1), HIGHEST)
      if (value === Number(entry.value)) return
      entry.value = value
      ask("most", value)
    }
    return h("div", { class: "counted" },
      iconButton("minus", say.t("page.fewer"), move(-1)), entry, iconButton("plus", say.t("page.more"), move(1)))
  }

  /** The field and its buttons: what is typed or made is in force only when that is confirmed. */
  function tokenField(say) {
    const shown = pending || fresh
    const open = fresh !== "" || made
    const token = h("input", {
      class: "field", id: "token", type: open ? "text" : "password", spellcheck: "false", autocomplete: "new-password",
      value: shown, placeholder: model.facts.token ? "••••••••" : "", readonly: fresh !== "" && pending === "",
      on: {
        input: () => {
          pending = token.value
          offered.hidden = pending === ""
        },
        keydown: (event) => event.key === "Enter" && confirm(),
      },
    })
    const confirm = () => pending && ask("token", pending)
    const copy = button({ label: say.t("page.token_copy"), on: () => copyText(token, copy, say.t("page.token_copied")) })
    const forget = () => {
      pending = ""
      made = false
      delete problems.token
      draw()
    }
    const offered = h("div", { class: "offered", hidden: pending === "" },
      button({ label: say.t("page.token_use"), kind: "main", class: "use", on: confirm }),
      button({ label: say.t("page.cancel"), on: forget }))
    const make = () => {
      pending = random()
      made = true
      delete problems.token
      draw()
      form.querySelector("#token").focus()
    }
    const further = open ? copy
      : model.facts.token ? button({ label: say.t("page.token_remove"), on: () => ask("token", "") })
      : button({ label: say.t("page.token_make"), on: make })
    const state = pending ? "pending" : fresh ? "new" : model.facts.token ? "set" : "hint"
    return { element: [token, [h("div", { class: "beside" }, token, further), offered]], state }
  }

  /** One who made a token and leaves would think that it is in force. */
  function done() {
    if (pending === "") return box.close()
    problems.token = words(model.texts).t("page.token_pending")
    draw()
    form.querySelector(".use").focus()
  }

  function ask(name, value) {
    typed[name] = value
    model.send_msg({ do: name, [name]: value })
  }

  function draw() {
    if (form === null) return
    const say = words(model.texts)
    const held = form.getRootNode().activeElement
    const which = [...form.querySelectorAll("button, input")].indexOf(held)
    const most = h("input", {
      class: "field figures", id: "most", type: "number", min: 1, max: HIGHEST, value: typed.most ?? model.facts.most,
      on: { change: () => ask("most", Number(most.value)) },
    })
    const folder = h("input", {
      class: "field", id: "folder", type: "text", spellcheck: "false", autocomplete: "off",
      value: typed.folder ?? model.facts.folder,
      on: { change: () => ask("folder", folder.value) },
    })
    const { element: tokenEntry, state: tokenState } = tokenField(say)
    fill(form,
      h("header", {}, h("h2", { id: "settings" }, say.t("page.settings")), iconButton("close", say.t("page.settings_close"), () => box.close())),
      h("p", { class: "name" }, say.t("page.language")),
      segment("language", say.t("page.language"), Object.entries(LANGUAGE_NAMES).map(([code, label]) => ({
        label, lang: code, checked: code === say.language, on: () => chooseLanguage(model, code),
      }))),
      h("p", { class: "name" }, say.t("page.theme")),
      segment("theme", say.t("page.theme"), THEMES.map((theme) => ({
        label: say.t(`page.theme_${theme || "system"}`), checked: theme === chosenTheme(), on: () => chooseTheme(theme),
      }))),
      field("most", say.t("page.most"), say.t("page.most_hint"), most, counted(most)),
      field("folder", say.t("page.folder"), say.t("page.folder_hint"), folder),
      field("token", say.t("page.token"), say.t(`page.token_${tokenState}`), ...tokenEntry),
      h("div", { class: "end" }, button({ label: say.t("page.done"), kind: pending ? "plain" : "main", on: done })))
    if (which >= 0) form.querySelectorAll("button, input")[which]?.focus()
  }

  life.on(window, SETTINGS, open)
  life.on(window, CHANGED, draw)
  life.watch(["texts"], draw)
  life.watch(["facts"], () => {
    for (const [name, value] of Object.entries(typed)) if (model.facts[name] === value) delete typed[name]
    draw()
  })
  life.watch("msg:custom", async ({ answered, ok, problem }) => {
    if (answered === "token") {
      if (ok) {
        fresh = typed.token
        pending = ""
        made = false
      }
      delete typed.token
      if (ok && fresh) await logIn(fresh)
    }
    problems[answered] = problem
    draw()
  })
  life.add(() => box?.close())
  return root
}

/** Into the clipboard; where the browser lets no page do that, the text is selected. */
async function copyText(entry, copy, copied) {
  entry.focus()
  entry.select()
  try {
    await navigator.clipboard.writeText(entry.value)
  } catch {
    if (!document.execCommand("copy")) return
  }
  copy.querySelector("span").textContent = copied
}

/** As hard to guess as the server's own, in letters that can be typed. */
function random() {
  const letters = "abcdefghijkmnpqrstuvwxyz23456789"
  return [...crypto.getRandomValues(new Uint8Array(24))].map((byte) => letters[byte % 32]).join("")
}

/** This browser set the token: it is let in with it. */
async function logIn(token) {
  // A header takes bytes: the token's in UTF-8.
  const sent = String.fromCharCode(...new TextEncoder().encode(token))
  const headers = { Authorization: `Bearer ${sent}` }
  await fetch(address("login"), { method: "POST", headers }).catch(() => {}) // the page of the login asks again
}
