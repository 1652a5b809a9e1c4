// What dates the frames of the camera whose statistics are open: what is known, and the choice.

import { fill, h } from "../kit/base.js"
import { clockChoice } from "../kit/clock_choice.js"
import { lifetime } from "../kit/lifetime.js"
import { createLocale } from "../kit/locale.js"
import { clockWords } from "../live/clock_words.js"

/** @import { Answer, ClockFields, RenderArguments } from "../wire.js" */

/** @param {RenderArguments<{clock: ClockFields | null}>} _ */
export function render({ model, view }) {
  const life = lifetime(model, view)
  const known = h("p", { class: "known" })
  const later = h("p", { class: "second", role: "status" })
  const choice = clockChoice(choose)
  const root = h("section", { class: "clock" }, known, choice.element, later)
  /** @type {boolean | null} */
  let asked = null // the choice that was sent, until camrec has it
  let problem = ""

  /** @param {boolean} isChosen */
  function choose(isChosen) {
    asked = isChosen
    problem = ""
    model.send_msg({ do: "choose", own_clock: isChosen })
  }

  function draw() {
    const { clock } = model
    root.hidden = clock === null
    if (clock === null) return
    const locale = createLocale(model.texts)
    fill(known, clockWords(locale, clock))
    choice.draw(locale)
    if (asked === clock.chosen) asked = null
    choice.box.checked = asked ?? clock.chosen
    choice.element.hidden = !clock.changeable
    later.className = problem ? "wrong" : "second"
    const isLater = clock.changeable && choice.box.checked !== clock.used
    fill(later, problem || (isLater ? locale.t("page.clock_later") : ""))
  }

  life.watch(["clock", "texts"], draw)
  life.watch("msg:custom", (/** @type {Answer} */ { ok, problem: reason }) => {
    problem = ok ? "" : reason
    if (!ok) asked = null
    draw()
  })
  draw()
  return root
}
