// The bar at the top: the mark, the two views, what is being recorded, language and theme.

const THEME = "camrec.theme"

export function render({ model, view }) {
  const life = lifetime(model, view)
  const bar = h("div", { class: "bar" })
  const list = h("div", { class: "list card", popover: "auto", id: "list" })
  let say = words(model.texts)
  const system = matchMedia("(prefers-color-scheme: dark)")
  const dark = () => {
    const chosen = localStorage.getItem(THEME)
    return chosen === null ? system.matches : chosen === "dark"
  }

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
    return h("button", { type: "button", class: "pill", popovertarget: "list", title: label },
      h("i", {}), h("span", { class: "wide" }, label), h("span", { class: "narrow", "aria-hidden": true }, count))
  }

  function theme() {
    const label = say.t(dark() ? "page.to_light" : "page.to_dark")
    return iconButton(dark() ? "sun" : "moon", label, () => {
      const chosen = dark() ? "light" : "dark"
      localStorage.setItem(THEME, chosen)
      document.documentElement.style.colorScheme = chosen
      draw()
    }, { class: "icon-button theme" })
  }

  function language() {
    const other = say.t("page.other_language")
    const name = say.t("page.other_language_name")
    return h("button", { type: "button", class: "icon-button language", lang: other, title: name, "aria-label": name,
      on: { click: () => {
        document.cookie = `camrec_language=${other}; path=/; max-age=31536000; samesite=lax`
        model.send_msg({ do: "speak", language: other })
      } } }, say.t("page.other_language_code"))
  }

  function drawList() {
    fill(list, h("h2", { class: "heading" }, say.t("page.recordings_list")), model.recordings.map((each) => {
      const left = say.left(Math.max(0, (each.ends_at - Date.now()) / 1000))
      return h("div", { class: "row" },
        h("span", {}, h("b", {}, each.name), h("span", { class: "second figures" }, say.t("page.left", { length: left }))),
        button({ label: say.t("page.stop_and_save"), icon: "stop", on: () => model.send_msg({ do: "stop", recording_id: each.recording_id }) }))
    }))
    if (model.recordings.length === 0 && list.matches(":popover-open")) list.hidePopover()
  }

  function draw() {
    say = words(model.texts)
    document.documentElement.lang = say.language
    fill(bar,
      h("a", { class: "mark", href: "#live", "aria-label": "camrec" },
        h("span", { class: model.recordings.length ? "lens recording" : "lens" }), h("span", { class: "wide name" }, "camrec")),
      h("nav", { "aria-label": say.t("page.views") }, link("video", "live", model.cameras), link("play", "videos", model.videos)),
      h("span", { class: "space" }), pill(), language(), theme())
    drawList()
  }

  const held = () => bar.getRootNode().activeElement?.className
  const redraw = () => {
    const focused = held()
    draw()
    if (focused) [...bar.querySelectorAll("a, button")].find((each) => each.className === focused)?.focus()
  }
  const arrive = () => {
    redraw()
    model.send_msg({ do: "look", ...place() })
  }
  life.watch(["texts", "cameras", "videos", "recordings"], redraw)
  life.onPlace(arrive)
  life.on(system, "change", redraw)
  life.on(list, "toggle", drawList)
  life.every(10_000, drawList)
  draw()
  if (place().view !== "live") model.send_msg({ do: "look", ...place() })
  return h("div", {}, bar, list)
}
