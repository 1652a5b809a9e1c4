// Lines above the page: it has lost camrec; and above the cameras alone: all are open, and where the header has
// no room for it, the button that records all. The page reconnects by itself: when camrec answers again it is
// loaded anew, since what it knew of is gone.

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
    const cameras = place().view === "live"
    fill(box,
      cutOff ? line("warning", "cut", "", say.t("page.cut_off")) : null,
      cameras && model.full ? line("video", "full", say.t("page.open_of", { count: model.open, most: model.most }), say.t("page.full_text"),
        button({ label: say.t("page.settings"), on: () => dispatchEvent(new Event(SETTINGS)) })) : null,
      cameras && model.open > 1 ? button({
        label: say.t("page.record_all"), class: "all", disabled: model.recordable === 0, on: () => dispatchEvent(new Event(RECORD_ALL)),
      }) : null)
    box.hidden = box.childElementCount === 0
    box.classList.toggle("narrow-only", box.querySelector(".line") === null)
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
  life.watch(["texts", "full", "open", "most", "recordable"], draw)
  life.onPlace(draw)
  draw()
  return box
}
