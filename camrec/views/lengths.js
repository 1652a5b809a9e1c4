// The usual lengths of a recording, and a row of choices that lie open: native radio buttons.

const LENGTHS = [60, 300, 3600, 5400, 7200]
const REMEMBERED = "camrec.length"

/** The length that was chosen last in this tab. */
function rememberedLength() {
  const length = Number(sessionStorage.getItem(REMEMBERED))
  return LENGTHS.includes(length) ? length : 300
}

const rememberLength = (length) => sessionStorage.setItem(REMEMBERED, length)

/** The row; `group` tells it from others of the page, `name` is for who cannot see it. */
function segment(group, name, choices, attributes = {}) {
  return h("fieldset", { class: "segment", ...attributes }, h("legend", { class: "unseen" }, name),
    choices.map(({ label, checked, on, ...more }) =>
      h("label", more, h("input", { type: "radio", name: group, checked, on: { change: on } }), h("span", {}, label))))
}
