// The head of the statistics, and the life of their dialog, which stands in page.html: a native one, so
// that focus, Esc and the top layer come with it.

export function render({ model, view }) {
  const life = lifetime(model, view)
  const head = h("header", { class: "plots-head" })
  const box = document.getElementById("statistics")
  let opener = null

  function draw() {
    const say = words(model.texts)
    const title = say.t("page.statistics_of", { name: model.title })
    box.setAttribute("aria-label", title)
    fill(head, h("h2", {}, title), iconButton("close", say.t("page.statistics_close"), () => box.close(), { autofocus: true }))
  }

  life.watch("msg:custom", ({ open, gone }) => {
    // Bokeh takes plots off the page, but keeps them in its memory until it looks again.
    if (gone) return view.model.document._recompute_all_models()
    if (!open) return box.close()
    opener = focused()
    if (!box.open) box.showModal()
    head.querySelector("button").focus()
  })
  life.on(box, "close", () => {
    model.send_msg({ do: "close" })
    opener?.focus()
  })
  life.watch(["texts", "title"], draw)
  draw()
  return head
}
