// One video as a card.

function badge(say, video) {
  if (video.playable === false) return h("span", { class: "badge quiet" }, icon("info", 16), say.t("videos.damaged"))
  if (video.gaps.length === 0) return null
  return h("span", { class: "badge" }, icon("warning", 16), say.t("videos.gaps", { count: video.gaps.length }))
}

/** One video; `ask` is what deletes it, without it the card has no buttons. */
function card(say, video, base, ask) {
  const told = { name: video.name, when: when(say, video) }
  const gaps = video.gaps.length ? `, ${say.t("videos.play_gaps", { count: video.gaps.length })}` : ""
  const label = say.t("videos.play_video", { ...told, length: say.length(video.duration) }) + gaps
  return h("article", { class: "card", "data-file": video.filename, "aria-label": `${told.name}, ${told.when}` },
    h("a", { class: "poster", href: `#videos/${part(video.filename)}`, "aria-label": label },
      thumbnail(video, base),
      badge(say, video),
      h("span", { class: "go" }, icon("play", 22)),
      h("span", { class: "lasts figures" }, say.duration(video.duration))),
    h("div", { class: "strip" }, h("span", { class: "kept" }), missing(video)),
    h("div", { class: "foot" },
      h("div", { class: "facts" },
        h("h3", { title: video.name }, video.name),
        h("p", { class: "second figures" }, `${say.minute(began(video))} · ${say.size(video.size)}`)),
      ask && h("a", {
        class: "icon-button", href: download(video, base), download: true,
        "aria-label": say.t("videos.download_video", told), title: say.t("videos.download"),
      }, icon("download")),
      ask && iconButton("trash", say.t("videos.delete_video", told), () => ask(video), { title: say.t("videos.delete") })))
}
