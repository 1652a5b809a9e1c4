// What the library and the player share: how a video is told in words, its strip, its deletion.

const began = (video) => Date.parse(video.started_at)
const midnight = (moment) => new Date(moment).setHours(0, 0, 0, 0)
const daysAgo = (moment) => Math.round((midnight(Date.now()) - midnight(moment)) / 86_400_000)

/** "Today", "Yesterday", "Saturday 21 November". */
function dayName(say, moment) {
  const ago = daysAgo(moment)
  if (ago === 0) return say.t("videos.today")
  return ago === 1 ? say.t("videos.yesterday") : say.day(moment)
}

/** The same inside a sentence, with the time: "today 17:00", "samedi 21 novembre 09:28". */
function when(say, video) {
  const day = dayName(say, began(video))
  const small = say.language === "fr" || daysAgo(began(video)) < 2
  return say.t("videos.moment", {
    day: small ? day.charAt(0).toLowerCase() + day.slice(1) : day,
    time: say.minute(began(video)),
  })
}

/** Seconds from the start to the end of what was recorded: silence at the end is in no file. */
const span = (video) => Math.max(video.duration, ...video.gaps.map((gap) => gap.start + gap.duration))
const missed = (video) => video.gaps.reduce((sum, gap) => sum + gap.duration, 0)

/** The parts of a strip that are missing, each in its place. */
function missing(video) {
  const share = (seconds) => `${(100 * seconds) / span(video)}%`
  return video.gaps.map((gap) => h("span", { class: "missing", style: { left: share(gap.start), width: share(gap.duration) } }))
}

/** The first picture of a video; a quiet ground where there is none. */
function thumbnail(video, base) {
  const image = h("img", {
    class: "thumbnail", alt: "", loading: "lazy", decoding: "async",
    src: address(`thumbnails/${part(video.filename)}`, base),
  })
  image.addEventListener("error", () => image.replaceWith(h("span", { class: "thumbnail none" }, icon("video", 32))))
  return image
}

const download = (video, base) => address(`videos/${part(video.filename)}?download=1`, base)

/**
 * Asks once before a video is deleted; Python's answer closes the dialog or stands in it.
 * `sending` is called before the request leaves, `deleted` or `kept` with its answer.
 */
function deletion(model, life, host, { sending, deleted, kept } = {}) {
  let open = null

  function ask(video) {
    const say = words(model.texts)
    const told = {
      name: video.name, when: when(say, video), length: say.length(video.duration), size: say.size(video.size),
    }
    const fault = h("p", { class: "fault", role: "alert", hidden: true })
    const keep = button({ label: say.t("videos.keep"), class: "keep", autofocus: true, on: () => box.close() })
    const go = button({
      label: say.t("videos.delete"), icon: "trash", kind: "danger",
      on: () => {
        fault.hidden = true
        go.disabled = true
        go.lastChild.textContent = say.t("videos.deleting")
        sending?.()
        model.send_msg({ do: "delete", filename: video.filename })
      },
    })
    const box = dialog(host, { class: "deletion", "aria-labelledby": "asked", "aria-describedby": "told" },
      h("div", { class: "picture" }, thumbnail(video, model.base)),
      h("div", { class: "words" },
        h("h2", { id: "asked" }, say.t("videos.delete_title")),
        h("p", { id: "told" }, say.t("videos.delete_text", told)),
        fault,
        h("div", { class: "choices" }, keep, go)))
    keep.focus()
    open = { video, box, fault, go }
  }

  function answered({ answered, ok, problem }) {
    if (open === null || answered !== `delete ${open.video.filename}`) return
    if (ok) {
      open.box.close()
      return deleted?.()
    }
    kept?.()
    if (!open.box.isConnected) ask(open.video)
    const say = words(model.texts)
    fill(open.fault, say.t("videos.delete_failed", { reason: problem })).hidden = false
    open.go.disabled = false
    open.go.lastChild.textContent = say.t("videos.delete")
  }

  model.on("msg:custom", answered)
  life.add(() => model.off("msg:custom", answered))
  life.add(() => open?.box.close())
  return ask
}
