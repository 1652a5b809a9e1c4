// The usual lengths of a recording, and a row of choices that lie open: native radio buttons; any other
// length is a number and its unit.

const LENGTHS = [60, 300, 3600, 5400, 7200]
const LONGEST = 86_400
const UNITS = { seconds: 1, minutes: 60, hours: 3600 }

/** What was chosen last in this tab for `whose`, a session or "all": {seconds, other: {number, unit} or null}. */
function rememberedLength(whose) {
  const seconds = Number(sessionStorage.getItem(`camrec.length.${whose}`))
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST) return { seconds: 300, other: null }
  if (LENGTHS.includes(seconds)) return { seconds, other: null }
  const unit = ["hours", "minutes", "seconds"].find((name) => seconds % UNITS[name] === 0)
  return { seconds, other: { number: String(seconds / UNITS[unit]), unit } }
}

const rememberLength = (whose, seconds) => Number.isNaN(seconds) || sessionStorage.setItem(`camrec.length.${whose}`, seconds)

/** The seconds of {number, unit}; NaN where that is no sensible length. */
function secondsOf({ number, unit }) {
  const seconds = Math.round(Number(number.replace(",", ".")) * UNITS[unit])
  return seconds >= 1 && seconds <= LONGEST ? seconds : NaN
}

/** A field for a number and one for its unit; `take` is called with both when either changes. */
function otherLength(say, other, take) {
  const number = h("input", { class: "field figures", inputmode: "decimal", value: other?.number ?? "10", "aria-label": say.t("page.other_number") })
  const unit = h("select", { class: "field", "aria-label": say.t("page.unit") },
    Object.keys(UNITS).map((name) => h("option", { value: name }, say.t(`page.unit_${name}`))))
  unit.value = other?.unit ?? "minutes"
  const told = () => take({ number: number.value, unit: unit.value })
  number.addEventListener("input", told)
  unit.addEventListener("change", told)
  const choose = () => {
    told()
    number.select()
  }
  return { element: h("div", { class: "other" }, number, unit), choose }
}

/** The row; `group` tells it from others of the page, `name` is for who cannot see it. */
function segment(group, name, choices, attributes = {}) {
  return h("fieldset", { class: "segment", ...attributes }, h("legend", { class: "unseen" }, name),
    choices.map(({ label, checked, on, ...more }) =>
      h("label", more, h("input", { type: "radio", name: group, checked, on: { change: on } }), h("span", {}, label))))
}

/**
 * What a button that records says and does, and the line under it: {seconds (0: nothing), label, hint, short}.
 * `seconds` are asked for (NaN: no sensible length), `most` fit on the disk; `rate` is in bits a second, 0 where
 * it is not known; `room` and `free` in bytes; `label(length)` is what the button says, `now` in ms.
 */
function offer(say, { seconds, most, rate, room, free, now, label }) {
  const plain = say.t("page.record_plain")
  const size = say.size((seconds * rate) / 8)
  if (Number.isNaN(seconds)) return { seconds: 0, label: plain, hint: say.t("page.bad_length"), short: false }
  if (most < 1) return { seconds: 0, label: plain, hint: say.t("page.nothing_fits", { free: say.size(free) }), short: true }
  if (seconds > most) {
    const fits = most >= 120 ? Math.floor(most / 60) * 60 : most
    const hint = say.t("page.will_not_fit", { length: say.length(seconds), size, free: say.size(room) })
    return { seconds: fits, label: label(say.length(fits), true), hint, short: true }
  }
  const time = say.minute(now + seconds * 1000)
  return { seconds, label: label(say.length(seconds), false), hint: rate > 0 ? say.t("page.hint", { size, time }) : say.t("page.hint_time", { time }), short: false }
}
