// The bar at the top: the mark, the two views, what is being recorded, language, theme and settings.

const ALL = "all"
const DRAW_EVERY = 10_000 // ms, for what the lists say of the time

export function render({ model, view }) {
  const life = lifetime(model, view)
  const bar = h("div", { class: "bar" })
  const list = h("div", { class: "list card", popover: "auto", id: "list" })
  const all = h("div", { class: "list card", popover: "auto", id: "all" })
  const root = h("div", {}, bar, list, all)
  let say = words(model.texts)
  let { seconds: length, other } = rememberedLength(ALL) // other: {number, unit} while "Other…" is chosen
  let tellAll = () => {} // while the lengths for all are shown: what there is to say of them now
  let asked = false // Record all was pressed and is not answered yet
  let problem = ""
  let cutOff = false // this page has lost camrec: it does not know what is recorded

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
    model.cameras < 2 ? null : h("button", { type: "button", class: "button all", popovertarget: "all", disabled: model.together.count === 0 },
      h("i", {}), h("span", {}, say.t("page.record_all")))

  const theme = () =>
    iconButton(isDark() ? "sun" : "moon", say.t(isDark() ? "page.to_light" : "page.to_dark"),
      () => chooseTheme(isDark() ? "light" : "dark"), { class: "icon-button theme" })

  function language() {
    const other = say.t("page.other_language")
    const code = say.t("page.other_language_code")
    const name = `${code} · ${say.t("page.other_language_name")}` // who says what is written there finds it
    return h("button", { type: "button", class: "icon-button language", lang: other, title: name, "aria-label": name,
      on: { click: () => chooseLanguage(model, other) } }, code)
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

  /** The lengths for all cameras at once; `tellAll` says from then on what it would take. */
  function openAll() {
    const choose = (wanted) => () => {
      length = wanted
      other = null
      rememberLength(ALL, wanted)
      tellAll()
    }
    const field = otherLength(say, other, (typed) => {
      other = typed
      rememberLength(ALL, secondsOf(typed))
      tellAll()
    })
    const press = button({ label: "", kind: "main", on: begin })
    const hint = h("p", {})
    fill(all,
      h("h2", { class: "heading" }, say.t("page.record_all_title")),
      segment("length-all", say.t("page.length"), [
        ...LENGTHS.map((each) => ({ label: say.length(each), checked: other === null && each === length, on: choose(each) })),
        { label: say.t("page.other_length"), checked: other !== null, on: field.choose },
      ]),
      field.element, press, hint)

    function told() {
      const { count, rate, most, room, free } = model.together
      return offer(say, {
        seconds: other === null ? length : secondsOf(other), most, rate, room, free, now: Date.now(),
        label: (text) => say.t("page.record_cameras", { count, length: text }),
      })
    }

    function begin() {
      const { seconds } = told()
      if (asked || seconds < 1) return
      asked = true
      problem = ""
      model.send_msg({ do: "record_all", seconds })
      tellAll()
    }

    tellAll = () => {
      const { seconds, label, hint: line, short } = told()
      field.element.hidden = other === null
      press.disabled = model.together.count === 0 || seconds < 1
      press.setAttribute("aria-busy", asked)
      press.querySelector("span").textContent = label
      hint.className = problem ? "problem" : short ? "second figures short" : "second figures"
      if (problem) hint.setAttribute("role", "alert")
      else hint.removeAttribute("role")
      fill(hint, short && !problem ? icon("warning", 16) : null, h("span", {}, problem || line))
    }
    tellAll()
  }

  function closeAll() {
    tellAll = () => {}
    fill(all)
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
    document.title = model.recordings.length && !cutOff ? `● ${say.t("page.recordings", { count: model.recordings.length })} · camrec` : "camrec"
    drawList()
    tellAll()
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
  life.watch(["texts", "cameras", "videos", "recordings", "together"], redraw)
  // In another language all is drawn anew.
  life.watch(["texts"], () => all.matches(":popover-open") && openAll())
  life.watch("msg:custom", (message) => {
    if (message.answered !== "record_all") return
    asked = false
    problem = message.problem
    tellAll()
    if (message.ok) all.hidePopover()
  })
  life.onPlace(arrive)
  life.on(systemDark, "change", redraw)
  life.on(window, CHANGED, redraw)
  life.on(list, "toggle", drawList)
  life.on(all, "beforetoggle", (event) => {
    problem = ""
    if (event.newState === "open") openAll()
    else closeAll()
  })
  life.on(window, RECORD_ALL, () => all.showPopover())
  life.on(window, CUT_OFF, () => {
    cutOff = true
    draw()
  })
  life.every(DRAW_EVERY, () => {
    drawList()
    tellAll()
  })
  draw()
  document.getElementById("first")?.remove()
  if (place().view !== "live") model.send_msg({ do: "look", ...place() })
  hotkeys(life, () => true, { "?": help })
  return root
}
