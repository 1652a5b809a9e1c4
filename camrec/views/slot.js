// Where the next camera will appear: a dashed tile with the address field; with no camera at all it is
// the page. In front of it: network.js. What is typed stays here until camrec has taken it, and goes there in one message.

const FEW = 3 // earlier cameras in a slot; the whole page has room for all

export function render({ model, view }) {
  const life = lifetime(model, view)
  const box = h("section", {})
  const field = h("input", {
    class: "field", id: "address", name: "address", type: "text", inputmode: "url", autocomplete: "off",
    autocapitalize: "off", spellcheck: "false", "aria-describedby": "told", on: { input: () => tell("") },
  })
  const told = h("p", { id: "told" })
  // Beside the address, folded away: one who pastes a whole address needs none of it.
  const entry = (id, attributes) => h("input", { class: "field", id, name: id, type: "text", autocomplete: "off", spellcheck: "false", ...attributes })
  const beside = {
    name: entry("name", { maxlength: 100 }),
    user: entry("user", { autocapitalize: "off" }),
    password: entry("password", { type: "password", autocomplete: "new-password" }),
  }
  const more = h("details", { class: "more" })
  const help = h("details", { class: "help" })
  let say = words(model.texts)
  let asked = null
  let problem = ""
  let hint = "page.address_hint"
  let found = null // cameras on the network, when they were searched for

  function tell(text) {
    problem = text
    field.setAttribute("aria-invalid", text ? "true" : "false")
    told.className = text ? "told wrong" : "told second"
    if (text) told.setAttribute("role", "alert")
    else told.removeAttribute("role")
    fill(told, text ? icon("warning", 18) : null, h("span", {}, text || say.t(hint)))
  }

  function ask(what, more = {}) {
    if (asked !== null) return
    asked = what
    tell("")
    model.send_msg({ do: what, ...more })
    draw()
  }

  function submit(event) {
    event.preventDefault()
    const url = field.value
    if (url.trim() === "") {
      tell(say.t("page.address_empty"))
      field.focus()
      return
    }
    const { name, user, password } = beside
    if (!url.includes("://")) hint = "page.searching"
    ask("open", { url, name: name.value.trim(), user: user.value, password: password.value })
  }

  /** User and password are to be typed. */
  function askLogin() {
    more.open = true
    beside.user.focus()
  }

  const form = h("form", { on: { submit }, novalidate: true })
  const demo = () => button({ label: say.t("page.try_demo"), icon: "play", class: "demo", on: () => ask("demo"), "aria-busy": asked === "demo" })

  const search = () => model.finds && button({
    label: say.t(asked === "find" ? "page.finding" : "page.find"), icon: "search", class: "demo find", on: () => ask("find"), "aria-busy": asked === "find",
  })

  /** Into the field, to be completed by user and password. */
  function propose(url, why) {
    hint = why
    tell("")
    field.value = url
    askLogin()
  }

  const network = () => foundCameras(say, found, (url) => propose(url, "page.found_hint"))

  /** Opens it; one whose password is not known any more is put into the field, to be completed. */
  function reopen({ url, asks }) {
    if (!asks) return ask("reopen", { url })
    propose(url, "page.earlier_asks")
  }

  /** The cameras that were opened before, each with what takes it off the list. */
  function earlier(most) {
    const cameras = model.earlier.slice(0, most)
    if (cameras.length === 0) return null
    return h("div", { class: "earlier" },
      h("h3", { class: "second" }, say.t("page.earlier")),
      h("ul", {}, cameras.map((camera) => {
        const told = { name: camera.name, host: camera.host }
        const host = camera.name === camera.host ? null : h("span", { class: "second" }, camera.host)
        return h("li", {},
          h("button", { type: "button", class: "again", "aria-label": say.t("page.reopen", told), on: { click: () => reopen(camera) } },
            icon("video", 18), h("span", { class: "named" }, h("b", {}, camera.name), host)),
          iconButton("close", say.t("page.forget", told), () => ask("forget", { url: camera.url })))
      })))
  }

  function draw() {
    say = words(model.texts)
    const hero = model.cameras === 0
    const typing = [field, ...Object.values(beside)].find((each) => each.getRootNode().activeElement === each)
    field.placeholder = say.t("page.address_example")
    tell(problem)
    const labelled = (name, key) => h("div", { class: "labelled" }, h("label", { for: name }, say.t(key)), beside[name])
    fill(more, h("summary", {}, say.t("page.more_fields")), h("div", { class: "fields" },
      labelled("name", "page.camera_name"), labelled("user", "page.camera_user"), labelled("password", "page.camera_password")))
    fill(help, h("summary", {}, say.t("page.address_help")),
      h("p", { class: "second" }, say.t("page.address_help_bare")),
      h("p", { class: "second" }, say.t("page.address_help_text")),
      h("dl", { class: "second" }, MAKES.map(([make, path]) => [h("dt", {}, make), h("dd", {}, path)])))
    fill(form,
      h("label", { for: "address" }, say.t("page.address")),
      h("div", { class: "entry" }, field,
        h("button", { type: "submit", class: "button main", "aria-busy": asked === "open" }, say.t("page.open_camera"))),
      told, h("div", { class: "folded" }, more, help))
    box.className = hero ? "hero" : "next"
    fill(box, hero
      ? [h("span", { class: "lens" }, h("i", {})),
          h("h1", {}, say.t("page.hero_first"), h("br"), say.t("page.hero_second")),
          h("p", { class: "lead" }, say.t("page.hero_text")),
          h("div", { class: "card" }, form, search(), network()),
          earlier(Infinity),
          h("div", { class: "none" }, h("span", {}, say.t("page.no_camera")), demo())]
      : [h("header", {}, h("span", { class: "plus" }, icon("plus", 22)),
          h("div", {}, h("h2", { class: "heading" }, say.t("page.add_camera")),
            h("p", { class: "second" }, say.t("page.open_of", { count: model.open, most: model.most })))),
          form, network(), earlier(FEW) ?? (model.demo ? demo() : null), search()])
    typing?.focus()
  }

  life.watch(["texts", "cameras", "open", "most", "demo", "earlier", "finds"], draw)
  life.watch("msg:custom", (message) => {
    if (message.address !== undefined) {
      field.value = message.address
      beside.name.value = message.name
      if (message.login) return askLogin()
      more.open ||= message.name !== ""
      field.focus()
      return
    }
    if (message.answered === "find" && message.ok) found = JSON.parse(message.given)
    if (message.answered === "open" && message.ok) {
      found = null
      for (const each of [field, ...Object.values(beside)]) each.value = ""
      more.open = help.open = false
    }
    if (message.answered === "open") hint = "page.address_hint"
    asked = null
    problem = message.ok ? "" : message.problem
    draw()
    if (message.ok) return
    if (["camera_asks_login", "camera_wrong_password"].includes(message.code)) askLogin()
    else field.focus()
  })
  draw()
  return box
}
