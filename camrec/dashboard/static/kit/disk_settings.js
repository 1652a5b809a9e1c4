// The settings that say which videos are deleted by themselves, and what happens when the disk is full.

import { h } from "./base.js"
import { icon } from "./icons.js"
import { segmentedControl } from "./segmented_control.js"

/** @import { Children } from "./base.js" */
/** @import { Locale } from "./locale.js" */
/** @import { Settings } from "../wire.js" */

const GB = 1e9
const WHEN_FULL = ["stop", "delete_oldest"] // as in camrec/config.py

/**
 * The number that was typed, with a comma or a point; empty: 0; NaN: it is none.
 * @param {string} typed
 */
export function typedLimit(typed) {
  const number = Number(typed.trim().replace(",", "."))
  return number >= 0 && Number.isFinite(number) ? number : NaN
}

/**
 * The bytes of as many gigabytes as were typed; NaN: it is no number, or nothing was typed.
 * @param {string} typed
 */
export function typedBytes(typed) {
  const bytes = typed.trim() === "" ? NaN : Math.round(typedLimit(typed) * GB)
  return Number.isSafeInteger(bytes) ? bytes : NaN
}

/**
 * @param {Locale} locale
 * @param {Settings} values
 * @param {object} dialog
 * @param {Record<string, string>} dialog.problems by setting
 * @param {(name: string, value: number | string) => void} dialog.ask
 * @param {() => void} dialog.draw
 * @param {(name: string, label: string, hint: string, problem: string | undefined, entry: HTMLElement) => Children[]} dialog.field
 */
export function diskSettings(locale, values, { problems, ask, draw, field }) {
  /**
   * @param {"retention_bytes" | "retention_days"} name
   * @param {number} unit
   */
  const limit = (name, unit) => {
    const entry = h("input", {
      class: "field figures", id: name, inputmode: "decimal", autocomplete: "off", placeholder: locale.t("page.no_limit"),
      value: values[name] ? locale.number(values[name] / unit, Number.isInteger(values[name] / unit) ? 0 : 1) : "",
    })
    entry.addEventListener("change", () => {
      const number = typedLimit(entry.value)
      if (!Number.isNaN(number)) return ask(name, name === "retention_bytes" ? Math.round(number * unit) : number)
      problems[name] = locale.t("page.bad_limit")
      draw()
    })
    return field(name, locale.t(`page.${name}`), locale.t(`page.${name}_hint`), problems[name], entry)
  }
  const keptFree = h("input", {
    class: "field figures", id: "min_free", inputmode: "decimal", autocomplete: "off",
    value: String(values.min_free / GB).replace(".", locale.language === "fr" ? "," : "."),
  })
  keptFree.addEventListener("change", () => {
    const number = typedBytes(keptFree.value)
    if (!Number.isNaN(number)) return ask("min_free", number)
    problems.min_free = locale.t("page.bad_min_free")
    draw()
  })
  const { count, bytes } = values.excess
  const choices = WHEN_FULL.map((value) => ({
    label: locale.t(`page.when_full_${value}`), checked: values.when_full === value, on: () => ask("when_full", value),
  }))
  const whenFull = locale.t("page.when_full")
  return [
    h("p", { class: "name" }, locale.t("page.delete_oldest")),
    h("div", { class: "limits" }, h("div", {}, limit("retention_bytes", GB)), h("div", {}, limit("retention_days", 1))),
    count
      ? h("p", { class: "excess", role: "status" }, icon("warning", 18), locale.t("page.excess", { count, size: locale.size(bytes) }))
      : h("p", { class: "second", role: "status" }, locale.t("page.delete_oldest_hint")),
    h("p", { class: "name", "aria-hidden": "true" }, whenFull),
    segmentedControl("when_full", whenFull, choices),
    problems.when_full
      ? h("p", { class: "wrong", role: "alert" }, problems.when_full)
      : h("p", { class: "second", role: "status" }, locale.t(`page.when_full_${values.when_full}_hint`)),
    field("min_free", locale.t("page.min_free"), locale.t("page.min_free_hint"), problems.min_free, keptFree),
  ]
}
