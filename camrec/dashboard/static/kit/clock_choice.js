// Whether a camera's own clock dates its frames: a checkbox, and what it means.

import { fill, h } from "./base.js"

/** @import { Locale } from "./locale.js" */

/** @param {(isChosen: boolean) => void} [changed] */
export function clockChoice(changed) {
  const box = h("input", {
    type: "checkbox", id: "own-clock", "aria-describedby": "own-clock-means", on: { change: () => changed?.(box.checked) },
  })
  const label = h("span")
  const meaning = h("p", { class: "second", id: "own-clock-means" })
  return {
    box,
    element: h("div", { class: "own-clock" }, h("label", { class: "check", for: "own-clock" }, box, label), meaning),
    /** @param {Locale} locale */
    draw(locale) {
      fill(label, locale.t("page.own_clock"))
      fill(meaning, locale.t("page.own_clock_means"))
    },
  }
}
