// All keys of the page, in a dialog.

import { dialog, h, iconButton } from "./base.js"

/** @import { Locale } from "./locale.js" */

/**
 * For each part of the page: its heading, and its keys with their effect.
 * @param {Locale} locale
 * @returns {[heading: string, lines: [keys: string[], effect: string][]][]}
 */
function allKeys(locale) {
  /** @param {string} name */
  const key = (name) => locale.t(`page.key_${name}`)
  return [
    [locale.t("page.keys_everywhere"), [
      [["/"], locale.t("page.does_search")],
      [["?"], locale.t("page.does_help")],
      [[key("escape")], locale.t("page.does_close")],
    ]],
    [locale.t("page.keys_cameras"), [
      [["1", "…", "9"], locale.t("page.does_large")],
      [["f"], locale.t("page.does_full")],
      [["m"], locale.t("page.does_mark")],
      [[key("shift"), "m"], locale.t("page.does_mark_all")],
    ]],
    [locale.t("page.keys_videos"), [
      [["←", "↑", "→", "↓"], locale.t("page.does_go")],
      [[key("home"), key("end")], locale.t("page.does_ends")],
      [["x"], locale.t("page.does_pick")],
      [[key("shift"), "x"], locale.t("page.does_pick_range")],
      [[key("control"), "a"], locale.t("page.does_pick_all")],
      [[key("delete")], locale.t("page.does_delete")],
      [[key("escape")], locale.t("page.does_pick_none")],
    ]],
    [locale.t("page.keys_player"), [
      [[locale.t("videos.space"), "k"], locale.t("videos.play_pause")],
      [[",", "."], locale.t("videos.frames_both")],
      [["←", "→"], locale.t("videos.five_seconds")],
      [["[", "]"], locale.t("videos.gaps_both")],
      [["m"], locale.t("videos.event_mark")],
      [["n", "N"], locale.t("videos.events_both")],
      [[key("home"), key("end")], locale.t("page.does_start_end")],
      [["f"], locale.t("videos.full_screen")],
    ]],
  ]
}

/**
 * @param {Element} host
 * @param {Locale} locale
 */
export function helpDialog(host, locale) {
  const box = dialog(host, { class: "help", "aria-labelledby": "help" },
    h("header", {}, h("h2", { id: "help" }, locale.t("page.help")), iconButton("close", locale.t("page.help_close"), () => box.close())),
    h("div", { class: "parts" }, allKeys(locale).map(([heading, lines]) =>
      h("section", {}, h("h3", {}, heading),
        h("dl", {}, lines.map(([keys, effect]) =>
          h("div", {}, h("dt", {}, keys.map((name) => (name === "…" ? name : h("kbd", {}, name)))), h("dd", {}, effect))))))),
    h("p", { class: "second" }, locale.t("page.help_safe")))
  return box
}
