// The header of a camera's plots. It opens and closes the dialog in page.html that they are in: a native one, which
// handles focus, Esc and the top layer.

import { forgetRemovedModels } from "../compat/bokeh.js"
import { fill, find, h } from "../kit/base.js"
import { rememberFocus } from "../kit/focus_return.js"
import { lifetime } from "../kit/lifetime.js"
import { createLocale } from "../kit/locale.js"
import { plotsHeaderContent } from "../live/plots_header.js"

/** @import { RenderArguments } from "../wire.js" */

/** @param {RenderArguments<{title: string}>} _ */
export function render({ model, view }) {
  const life = lifetime(model, view)
  const head = h("header", { class: "plots-head" })
  const box = /** @type {HTMLDialogElement} */ (document.getElementById("statistics"))
  let returnFocus = () => {}

  function draw() {
    const locale = createLocale(model.texts)
    const title = locale.t("page.statistics_of", { name: model.title })
    box.setAttribute("aria-label", title)
    fill(head, plotsHeaderContent(locale, title, () => box.close()))
  }

  life.watch("msg:custom", (/** @type {{open: boolean, gone: boolean}} */ { open, gone }) => {
    if (gone) return forgetRemovedModels(view.model.document)
    if (!open) return box.close()
    returnFocus = rememberFocus()
    if (!box.open) box.showModal()
    find(head, "button").focus()
  })
  life.on(box, "close", () => {
    model.send_msg({ do: "close" })
    returnFocus()
  })
  life.watch(["texts", "title"], draw)
  draw()
  return head
}
