// All keys of the page, in a dialog.

/** [heading, [[keys, what they do]]] of each part of the page. */
function allKeys(say) {
  const key = (name) => say.t(`page.key_${name}`)
  return [
    [say.t("page.keys_everywhere"), [
      [["/"], say.t("page.does_search")],
      [["?"], say.t("page.does_help")],
      [[key("escape")], say.t("page.does_close")],
    ]],
    [say.t("page.keys_cameras"), [
      [["1", "…", "9"], say.t("page.does_large")],
      [["f"], say.t("page.does_full")],
    ]],
    [say.t("page.keys_videos"), [
      [["←", "↑", "→", "↓"], say.t("page.does_go")],
      [[key("home"), key("end")], say.t("page.does_ends")],
      [["x"], say.t("page.does_pick")],
      [[key("shift"), "x"], say.t("page.does_pick_range")],
      [[key("control"), "a"], say.t("page.does_pick_all")],
      [[key("delete")], say.t("page.does_delete")],
      [[key("escape")], say.t("page.does_pick_none")],
    ]],
    [say.t("page.keys_player"), [
      [[say.t("videos.space"), "k"], say.t("videos.play_pause")],
      [[",", "."], say.t("videos.frames_both")],
      [["←", "→"], say.t("videos.five_seconds")],
      [["[", "]"], say.t("videos.gaps_both")],
      [[key("home"), key("end")], say.t("page.does_start_end")],
      [["f"], say.t("videos.full_screen")],
    ]],
  ]
}

function helpDialog(host, say) {
  const box = dialog(host, { class: "help", "aria-labelledby": "help" },
    h("header", {}, h("h2", { id: "help" }, say.t("page.help")), iconButton("close", say.t("page.help_close"), () => box.close())),
    h("div", { class: "parts" }, allKeys(say).map(([heading, lines]) =>
      h("section", {}, h("h3", {}, heading),
        h("dl", {}, lines.map(([keys, does]) =>
          h("div", {}, h("dt", {}, keys.map((name) => (name === "…" ? name : h("kbd", {}, name)))), h("dd", {}, does))))))),
    h("p", { class: "second" }, say.t("page.help_safe")))
  return box
}
