// One video: the stage (stage.js, in front of it with videos.js), its receipt and the keys.

function lengthFine(say, seconds) {
  return seconds < 60 ? `${say.number(seconds, Number.isInteger(seconds) ? 0 : 2)}${NBSP}s` : say.length(seconds)
}

/** The panel at the right: what is known of the file. */
function receiptPanel(say, video, receipt) {
  const lost = missed(video)
  const date = new Date(began(video))
  const line = (key, ...value) => h("div", {}, h("dt", {}, say.t(`videos.${key}`)), h("dd", { class: "figures" }, ...value))
  const verdict = (name, kind, text) => h("p", { class: `verdict ${kind}` }, icon(name), text)
  const sum = receipt?.sha256 ?? ""
  return [
    h("h2", { class: "heading" }, say.t("videos.receipt")),
    receipt === null
      ? verdict("info", "quiet", say.t("videos.no_receipt"))
      : video.playable
        ? verdict("check", "good", say.t("videos.whole"))
        : verdict("warning", "poor", say.t("videos.suspect")),
    h("dl", {},
      line("began", `${say.date(date)} ${exact(say, date)}`),
      receipt && line("asked", lengthFine(say, receipt.asked)),
      receipt && receipt.ended !== "time" && line("ended", say.t(`videos.ended_${receipt.ended}`)),
      line(receipt ? "recorded" : "length", lengthFine(say, span(video) - lost)),
      receipt && line("missing", lost
        ? h("strong", { class: "lost" }, say.t("videos.missing_sum", { length: lengthFine(say, lost), count: video.gaps.length }))
        : say.t("videos.nothing_missing")),
      receipt && line("frames", receipt.frames),
      video.video_codec && line("format", `${codecName(video.video_codec)} ${video.width}×${video.height}`),
      line("sound", video.audio_codec ? codecName(video.audio_codec) : say.t("videos.no_sound")),
      line("size", say.size(video.size)),
      sum && line("checksum", h("details", {},
        h("summary", {}, `${sum.slice(0, 4)} ${sum.slice(4, 8)} … ${sum.slice(-4)}`), h("code", {}, sum)))),
    receipt?.warnings.length
      ? h("ul", { class: "notes second" }, receipt.warnings.map(({ code, facts, message }) => h("li", {}, say.t(`warnings.${code}`, facts, message))))
      : null,
  ]
}

function keysPanel(say, video) {
  const line = (keys, text) => h("li", {}, h("span", {}, keys.map((key) => h("kbd", {}, key))), text)
  return [
    h("h2", { class: "heading" }, say.t("videos.keys")),
    h("ul", { class: "keys" },
      line([say.t("videos.space")], say.t("videos.play_pause")),
      line([",", "."], say.t("videos.frames_both")),
      line(["←", "→"], say.t("videos.five_seconds")),
      line(["f"], say.t("videos.full_screen")),
      video.gaps.length ? line(["[", "]"], say.t("videos.gaps_both")) : null),
  ]
}

/**
 * The name, and what changes it: a form in its place. `send` takes the new name, or nothing when the
 * old one is kept; `problem` says why camrec did not take the last one.
 */
function naming(say, video, { open, problem, edit, send }) {
  if (!open) {
    return [h("h1", {}, video.name), iconButton("pencil", say.t("videos.rename"), edit, { class: "icon-button rename" })]
  }
  const field = h("input", {
    class: "field", id: "name", value: video.name, maxlength: 100, autocomplete: "off",
    "aria-invalid": problem ? "true" : "false", "aria-describedby": "refused",
    on: { keydown: (event) => event.key === "Escape" && send(null) },
  })
  const submit = (event) => {
    event.preventDefault()
    send(field.value.trim())
  }
  return h("form", { class: "naming", novalidate: true, on: { submit } },
    h("label", { class: "unseen", for: "name" }, say.t("videos.name")),
    field,
    h("button", { type: "submit", class: "button" }, say.t("videos.rename_save")),
    button({ label: say.t("videos.rename_cancel"), kind: "link", on: () => send(null) }),
    h("p", { id: "refused", class: "refused", role: problem ? "alert" : null }, problem))
}

export function render({ model, view }) {
  const life = lifetime(model, view)
  const inside = h("div")
  const root = h("section", { class: "player" }, inside)
  let film = h("video")
  let staging = new AbortController()

  const start = () => film.play().catch(() => {}) // a browser may want a click first
  const release = () => {
    film.pause()
    film.removeAttribute("src")
    film.load() // lets the connection go, and with it the file on the server
  }
  const ask = deletion(model, life, root, {
    sending: release, // Windows deletes no file that is being read
    deleted: () => (location.hash = "#videos"),
    kept: () => draw(),
  })
  life.add(() => staging.abort())
  life.add(release)

  const name = { open: false, problem: "" } // the form in place of the name
  let trouble = "" // why it was not locked or unlocked
  let moving = null // {from, to, at}: a file that is being renamed, and how far it was played

  const edit = () => {
    Object.assign(name, { open: true, problem: "" })
    draw()
    inside.querySelector("#name").select()
  }
  const rename = (wanted) => {
    const { filename, video } = model.shown
    if (wanted === null || wanted === video.name) {
      name.open = false
      draw()
      return inside.querySelector(".rename").focus()
    }
    moving = { from: filename, to: null, at: film.currentTime }
    release() // Windows renames no file that is being read
    model.send_msg({ do: "rename", filename, name: wanted })
  }
  const renamed = ({ ok, problem, given }) => {
    if (ok) {
      name.open = false
      moving.to = given
      if (given === moving.from) return draw()
      location.replace(`#videos/${part(given)}`)
      return
    }
    name.problem = problem
    film = h("video") // the old one let its file go
    draw()
    moving = null
    inside.querySelector("#name")?.focus()
  }

  /** The <video>, the same one as long as it is the same file: a change of language goes on with it. */
  const filmOf = (file) => {
    const source = address(`videos/${part(file)}`, model.base)
    if (film.src === source) return film
    release()
    film = h("video", { playsinline: true, preload: "auto", src: source })
    if (moving !== null) film.currentTime = moving.at
    else start()
    return film
  }

  const gone = (say) =>
    h("div", { class: "nothing" },
      icon("video", 44),
      h("h1", {}, say.t("videos.gone")),
      h("p", {}, say.t("videos.gone_hint")),
      h("a", { class: "button", href: "#videos" }, icon("arrow-left"), say.t("videos.back")))

  const draw = () => {
    staging.abort()
    staging = new AbortController()
    const playing = !film.paused
    const say = words(model.texts)
    const { filename, video, receipt } = model.shown
    const asked = place().file
    if (!filename || (asked && asked !== filename)) {
      film.pause()
      return void fill(inside)
    }
    root.setAttribute("aria-label", say.t("videos.player"))
    // Under its old name it is gone, and under the new one not heard of yet.
    if (!video && moving !== null && [moving.from, moving.to].includes(filename)) return
    if (!video) {
      film.pause()
      return void fill(inside, gone(say))
    }
    const told = { name: video.name, when: when(say, video) }
    fill(inside,
      h("header", {},
        h("a", { class: "button link", href: "#videos" }, icon("arrow-left"), h("span", {}, say.t("videos.back"))),
        naming(say, video, { ...name, edit, send: rename }),
        h("p", { class: "facts figures" }, `${told.when} · ${say.length(video.duration)} · ${say.size(video.size)}`),
        h("div", { class: "file" },
          h("a", {
            class: "button", href: download(video, model.base), download: true,
            "aria-label": say.t("videos.download_video", told),
          }, icon("download"), say.t("videos.download")),
          receipt && iconButton(video.locked ? "lock" : "unlock", say.t(video.locked ? "videos.unlock" : "videos.lock"),
            () => model.send_msg({ do: "lock", filenames: [filename], locked: !video.locked }),
            { class: "icon-button lock", "aria-pressed": video.locked ? "true" : "false", title: say.t(video.locked ? "videos.locked" : "videos.lock") }),
          iconButton("trash", say.t("videos.delete_video", told), () => ask([video]), { title: say.t("videos.delete", { count: 1 }) }))),
      trouble && h("p", { class: "trouble", role: "alert" }, trouble),
      h("div", { class: "beside" },
        stage(say, filmOf(filename), video, receipt, model.base, staging.signal),
        h("aside", { class: "known card" },
          h("section", {}, receiptPanel(say, video, receipt)),
          h("section", {}, keysPanel(say, video)))))
    if (moving?.to === filename) moving = null
    if (playing) start()
  }

  life.watch(["shown", "texts"], draw)
  life.onPlace(() => {
    if (place().file !== moving?.to) Object.assign(name, { open: false })
    trouble = ""
    if (place().file !== model.shown.filename) return film.pause()
    draw()
    start()
  })
  life.watch("msg:custom", (message) => {
    if (message.answered === "rename") renamed(message)
    if (message.answered !== "lock" || message.problem === trouble) return
    trouble = message.problem
    draw()
  })
  draw()
  return root
}
