// The bar at the top: the mark, the two views, what is being recorded, language, theme and settings.

const DRAW_EVERY = 10_000 // ms, for what the lists say of the time

export function render({ model, view }) {
  const life = lifetime(model, view)
  const bar = h("div", { class: "bar" })
  const list = h("div", { class: "list card", popover: "auto", id: "list" })
  const all = h("div", { class: "list card", popover: "auto", id: "all" })
  const root = h("div", {}, bar, list, all)
  let say = words(model.texts)
  let length = rememberedLength()
  let choosing = false // the lengths for all are shown
  let asked = false // Record all was pressed and is not answered yet
  let problem = ""

  function link(name, target, count) {
    const current = place().view === target
    return h("a", { class: "view", href: `#${target}`, "aria-current": current ? "page" : null },
      h("span", { class: "wide" }, icon(name, 18)), h("span", {}, say.t(`page.view_${target}`)),
      count > 0 ? h("span", { class: "wide second figures" }, count) : null)
  }

  function pill() {
    const count = model.recordings.length
    if (count === 0) return null
    const label = say.t("page.recordings", { count })
    return h("button", { type: "button", class: "pill", popovertarget: "list", title: label, "aria-label": label },
      h("i", {}), h("span", { class: "wide" }, label), h("span", { class: "narrow" }, count))
  }

  const recordAll = () =>
    model.cameras < 2 ? null : h("button", { type: "button", class: "button all", popovertarget: "all", disabled: model.recordable === 0 },
      h("i", {}), h("span", {}, say.t("page.record_all")))

  const theme = () =>
    iconButton(isDark() ? "sun" : "moon", say.t(isDark() ? "page.to_light" : "page.to_dark"),
      () => chooseTheme(isDark() ? "light" : "dark"), { class: "icon-button theme" })

  function language() {
    const other = say.t("page.other_language")
    const name = say.t("page.other_language_name")
    return h("button", { type: "button", class: "icon-button language", lang: other, title: name, "aria-label": name,
      on: { click: () => chooseLanguage(model, other) } }, say.t("page.other_language_code"))
  }

  const settings = () =>
    iconButton("gear", say.t("page.settings"), () => dispatchEvent(new Event(SETTINGS)), { class: "icon-button settings", "aria-haspopup": "dialog" })

  const keys = () =>
    iconButton("keyboard", `${say.t("page.help")} (?)`, help, { class: "icon-button keys", "aria-haspopup": "dialog" })

  function help() {
    const opener = focused()
    helpDialog(root, say).addEventListener("close", () => opener?.focus())
  }

  function drawList() {
    const held = focusedIn(list)
    fill(list, h("h2", { class: "heading" }, say.t("page.recordings_list")), model.recordings.map((each) => {
      const left = say.left(Math.max(0, (each.ends_at - Date.now()) / 1000))
      return h("div", { class: "row" },
        h("span", {}, h("b", {}, each.name), h("span", { class: "second figures" }, say.t("page.left", { length: left }))),
        button({
          label: say.t("page.stop_and_save"), icon: "stop", "aria-label": say.t("page.stop_one", { name: each.name }),
          on: () => model.send_msg({ do: "stop", recording_id: each.recording_id }),
        }))
    }))
    if (held >= 0) list.querySelectorAll("button")[Math.min(held, model.recordings.length - 1)]?.focus()
    if (model.recordings.length === 0 && list.matches(":popover-open")) list.hidePopover()
  }

  function drawAll() {
    if (!choosing) return void fill(all)
    const held = focusedIn(all)
    const count = model.recordable
    const told = { count, length: say.length(length) }
    const choose = (wanted) => () => {
      length = wanted
      rememberLength(wanted)
      drawAll()
    }
    const begin = () => {
      if (asked) return
      asked = true
      problem = ""
      model.send_msg({ do: "record_all", seconds: length })
      drawAll()
    }
    fill(all,
      h("h2", { class: "heading" }, say.t("page.record_all_title")),
      segment("length-all", say.t("page.length"), LENGTHS.map((each) => ({ label: say.length(each), checked: each === length, on: choose(each) }))),
      button({ label: say.t("page.record_cameras", told), kind: "main", on: begin, disabled: count === 0, "aria-busy": asked }),
      problem ? h("p", { class: "problem", role: "alert" }, problem)
        : h("p", { class: "second figures" }, say.t("page.hint_time", { time: say.minute(Date.now() + 1000 * length) })))
    if (held >= 0) all.querySelectorAll("input, button")[held]?.focus()
  }

  /** Which of its buttons and fields has the focus, or -1. */
  const focusedIn = (part) => [...part.querySelectorAll("input, button")].indexOf(part.getRootNode().activeElement)

  function draw() {
    say = words(model.texts)
    document.documentElement.lang = say.language
    fill(bar,
      h("a", { class: "mark", href: "#live", "aria-label": "camrec" },
        h("span", { class: model.recordings.length ? "lens recording" : "lens" }), h("span", { class: "wide name" }, "camrec")),
      h("nav", { "aria-label": say.t("page.views") }, link("video", "live", model.cameras), link("play", "videos", model.videos)),
      h("span", { class: "space" }), recordAll(), pill(), language(), theme(), keys(), settings())
    drawList()
    drawAll()
  }

  const held = () => bar.getRootNode().activeElement?.className
  const redraw = () => {
    const name = held()
    draw()
    if (name) [...bar.querySelectorAll("a, button")].find((each) => each.className === name)?.focus()
  }
  const arrive = () => {
    redraw()
    model.send_msg({ do: "look", ...place() })
  }
  life.watch(["texts", "cameras", "videos", "recordings", "recordable"], redraw)
  life.watch("msg:custom", (message) => {
    if (message.answered !== "record_all") return
    asked = false
    problem = message.problem
    drawAll()
    if (message.ok) all.hidePopover()
  })
  life.onPlace(arrive)
  life.on(systemDark, "change", redraw)
  life.on(window, CHANGED, redraw)
  life.on(list, "toggle", drawList)
  life.on(all, "beforetoggle", (event) => {
    choosing = event.newState === "open"
    problem = ""
    length = rememberedLength()
    drawAll()
  })
  life.every(DRAW_EVERY, () => {
    drawList()
    drawAll()
  })
  draw()
  document.getElementById("first")?.remove()
  if (place().view !== "live") model.send_msg({ do: "look", ...place() })
  hotkeys(life, () => true, { "?": help })
  return root
}
