// One video as a card.

const PASSED = 120 // ms: what is scrolled past sooner asks for no picture

function badge(say, video) {
  if (video.playable === false) return h("span", { class: "badge quiet" }, icon("info", 16), say.t("videos.damaged"))
  if (video.gaps.length === 0) return null
  return h("span", { class: "badge" }, icon("warning", 16), say.t("videos.gaps", { count: video.gaps.length }))
}

/** What picks one; with Shift all from the last one on. */
function pickBox(say, told, { picked, pick }) {
  const click = (event) => pick(event.target.checked, event.shiftKey)
  return h("label", { class: "pick", title: say.t("videos.pick") },
    h("input", { type: "checkbox", checked: picked, "aria-label": say.t("videos.pick_video", told), on: { click } }),
    h("span", {}, icon("check", 16)))
}

/** One video; without `more` ({ask, picked, pick}: what deletes and picks it) the card has no buttons. */
function card(say, video, base, more = null) {
  const told = { name: video.name, when: when(say, video) }
  const gaps = video.gaps.length ? `, ${say.t("videos.play_gaps", { count: video.gaps.length })}` : ""
  // The length as it is written on the card: what is seen can be spoken to.
  const label = say.t("videos.play_video", { ...told, length: say.duration(video.duration) }) + gaps
  return h("article", { class: "card", "data-file": video.filename, "aria-label": `${told.name}, ${told.when}` },
    h("a", { class: "poster", href: `#videos/${part(video.filename)}`, "aria-label": label },
      thumbnail(video, base, more ? PASSED : 0),
      badge(say, video),
      h("span", { class: "go" }, icon("play", 22)),
      h("span", { class: "lasts figures" }, say.duration(video.duration))),
    more && pickBox(say, told, more),
    h("div", { class: "strip" }, h("span", { class: "kept" }), missing(video)),
    h("div", { class: "foot" },
      h("h3", { title: video.name }, video.name),
      h("div", { class: "facts" },
        h("p", { class: "second figures" },
          video.locked && h("span", { class: "locked", role: "img", "aria-label": say.t("videos.locked"), title: say.t("videos.locked") }, icon("lock", 14)),
          `${say.minute(began(video))} · ${say.size(video.size)}`),
        more && h("a", {
          class: "icon-button", href: download(video, base), download: true,
          "aria-label": say.t("videos.download_video", told), title: say.t("videos.download"),
        }, icon("download")),
        more && iconButton("trash", say.t("videos.delete_video", told), () => more.ask([video]), { title: say.t("videos.delete", { count: 1 }) }))))
}
