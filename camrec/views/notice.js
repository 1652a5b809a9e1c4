// A line above the cameras: all are open, or this page has lost camrec. It reconnects by itself: when
// camrec answers again the page is loaded anew, since what it knew of is gone.

const SHORTEST_PAUSE = 1000
const LONGEST_PAUSE = 2000

export function render({ model, view }) {
  const life = lifetime(model, view)
  const box = h("div", { class: "notices" })
  let cutOff = false
  let pause = SHORTEST_PAUSE
  let timer = null

  const line = (name, kind, title, text, more) =>
    h("div", { class: `line card ${kind}` }, icon(name),
      h("p", { role: "status" }, title ? h("b", {}, title, " ") : null, h("span", {}, text)), more)

  function draw() {
    const say = words(model.texts)
    fill(box,
      cutOff ? line("warning", "cut", "", say.t("page.cut_off")) : null,
      model.full ? line("video", "live-only", say.t("page.open_of", { count: model.open, most: model.most }), say.t("page.full_text"),
        button({ label: say.t("page.settings"), on: () => dispatchEvent(new Event(SETTINGS)) })) : null)
    box.hidden = box.childElementCount === 0
  }

  async function knock() {
    try {
      await fetch(address("health", model.base), { cache: "no-store" })
      location.reload()
    } catch {
      timer = setTimeout(knock, pause)
      pause = Math.min(pause * 1.5, LONGEST_PAUSE)
    }
  }

  const { document: bokeh } = view.model
  bokeh.on_event("connection_lost", () => {
    if (cutOff) return
    cutOff = true
    dispatchEvent(new Event(CUT_OFF))
    draw()
    timer = setTimeout(knock, pause)
  })
  life.add(() => clearTimeout(timer))
  life.watch(["texts", "full", "open", "most"], draw)
  draw()
  return box
}
