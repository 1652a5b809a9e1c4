// Where the next camera will appear: a dashed tile with the address field; with no camera at all it is
// the page. What is typed stays here until camrec has taken it, and goes there in one message.

// Where the usual makes keep their stream, as their manuals say.
const MAKES = [
  ["Axis", "rtsp://…/axis-media/media.amp"],
  ["Hikvision", "rtsp://…/Streaming/Channels/101"],
  ["Reolink", "rtsp://…/h264Preview_01_main"],
  ["Tapo", "rtsp://…/stream1"],
]

export function render({ model, view }) {
  const life = lifetime(model, view)
  const box = h("section", {})
  const field = h("input", {
    class: "field", id: "address", name: "address", type: "text", inputmode: "url", autocomplete: "off",
    autocapitalize: "off", spellcheck: "false", "aria-describedby": "told", on: { input: () => tell("") },
  })
  const told = h("p", { id: "told" })
  let say = words(model.texts)
  let asked = null
  let problem = ""

  function tell(text) {
    problem = text
    field.setAttribute("aria-invalid", text ? "true" : "false")
    told.className = text ? "told wrong" : "told second"
    if (text) told.setAttribute("role", "alert")
    else told.removeAttribute("role")
    fill(told, text ? icon("warning", 18) : null, h("span", {}, text || say.t("page.address_hint")))
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
    const url = field.value.trim()
    if (url === "") {
      tell(say.t("page.address_empty"))
      field.focus()
      return
    }
    ask("open", { url })
  }

  const form = h("form", { on: { submit }, novalidate: true })
  const demo = () => button({ label: say.t("page.try_demo"), icon: "play", class: "demo", on: () => ask("demo"), "aria-busy": asked === "demo" })

  function draw() {
    say = words(model.texts)
    const hero = model.cameras === 0
    const typing = field.getRootNode().activeElement === field
    field.placeholder = say.t("page.address_example")
    tell(problem)
    fill(form,
      h("label", { for: "address" }, say.t("page.address")),
      h("div", { class: "entry" }, field,
        h("button", { type: "submit", class: "button main", "aria-busy": asked === "open" }, say.t("page.open_camera"))),
      told,
      hero ? h("details", {}, h("summary", {}, say.t("page.address_help")),
        h("p", { class: "second" }, say.t("page.address_help_text")),
        h("dl", { class: "second" }, MAKES.map(([make, path]) => [h("dt", {}, make), h("dd", {}, path)]))) : null)
    box.className = hero ? "hero" : "next"
    fill(box, hero
      ? [h("span", { class: "lens" }, h("i", {})),
          h("h1", {}, say.t("page.hero_first"), h("br"), say.t("page.hero_second")),
          h("p", { class: "lead" }, say.t("page.hero_text")),
          h("div", { class: "card" }, form),
          h("div", { class: "none" }, h("span", {}, say.t("page.no_camera")), demo())]
      : [h("header", {}, h("span", { class: "plus" }, icon("plus", 22)),
          h("div", {}, h("h2", { class: "heading" }, say.t("page.add_camera")),
            h("p", { class: "second" }, say.t("page.open_of", { count: model.open, most: model.most })))),
          form, model.demo ? demo() : null])
    if (typing) field.focus()
  }

  life.watch(["texts", "cameras", "open", "most", "demo"], draw)
  life.watch("msg:custom", (message) => {
    if (message.address !== undefined) {
      field.value = message.address
      field.focus()
      return
    }
    if (message.answered === "open" && message.ok) field.value = ""
    asked = null
    problem = message.ok ? "" : message.problem
    draw()
    if (!message.ok) field.focus()
  })
  draw()
  return box
}
