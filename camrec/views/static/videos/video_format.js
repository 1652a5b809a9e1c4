// What the library and the player share: how a video is told in words, its strip, what is done to it.

const began = (video) => video.started_at
const midnight = (moment) => new Date(moment).setHours(0, 0, 0, 0)
const daysAgo = (moment) => Math.round((midnight(Date.now()) - midnight(moment)) / 86_400_000)

/** Calls when "Today" has become yesterday. */
function onNewDay(life, changed) {
  let today = midnight(Date.now())
  life.every(60_000, () => {
    if (today === midnight(Date.now())) return
    today = midnight(Date.now())
    changed()
  })
}

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

/** A picture of a video; a quiet ground where there is none. `wait`: ms that it has to stay for first. */
function thumbnail(video, base, wait = 0) {
  const image = h("img", { class: "thumbnail", alt: "", loading: "lazy", decoding: "async" })
  const load = () => (image.src = address(`thumbnails/${part(video.filename)}`, base))
  image.addEventListener("error", () => image.replaceWith(h("span", { class: "thumbnail none" }, icon("video", 32))))
  if (wait) setTimeout(() => image.isConnected && load(), wait)
  else load()
  return image
}

const download = (video, base) => address(`videos/${part(video.filename)}?download=1`, base)

/** Their names and lengths: all of the first few, and how many more there are. */
function inWords(say, videos) {
  const MOST = 4
  return h("ul", { class: "those" },
    videos.slice(0, MOST).map((video) => h("li", {}, `${video.name}, ${when(say, video)} · ${say.length(video.duration)}`)),
    videos.length > MOST && h("li", { class: "second" }, say.t("videos.and_more", { count: videos.length - MOST })))
}

/**
 * Asks once before videos are deleted; Python's answer closes the dialog or stands in it. Gives the
 * function that asks: it takes the videos. `sending` is called before the request leaves, `deleted`
 * or `kept` with its answer.
 */
function deletion(model, life, host, { sending, deleted, kept } = {}) {
  let open = null

  function ask(videos) {
    const say = words(model.texts)
    const [video] = videos
    const count = videos.length
    const size = say.size(videos.reduce((sum, each) => sum + each.size, 0))
    const told = { count, name: video.name, when: when(say, video), length: say.length(video.duration), size }
    const locked = videos.filter((each) => each.locked).length
    const fault = h("p", { class: "fault", role: "alert", hidden: true })
    const keep = button({ label: say.t("videos.keep", told), class: "keep", autofocus: true, on: () => box.close() })
    const go = button({
      label: say.t("videos.delete", told), icon: "trash", kind: "danger",
      on: () => {
        fault.hidden = true
        go.disabled = true
        go.lastChild.textContent = say.t("videos.deleting")
        sending?.()
        model.send_msg({ do: "delete", filenames: videos.map((each) => each.filename) })
      },
    })
    const box = dialog(host, { class: "deletion", "aria-labelledby": "asked", "aria-describedby": "told" },
      h("div", { class: "picture" }, videos.slice(0, 4).map((each) => thumbnail(each, model.base))),
      h("div", { class: "words" },
        h("h2", { id: "asked" }, say.t("videos.delete_title", told)),
        h("div", { id: "told" },
          count > 1 && inWords(say, videos),
          h("p", {}, say.t("videos.delete_text", told)),
          locked > 0 && h("p", { class: "locked" }, icon("lock", 18), say.t(count === 1 ? "videos.delete_this_locked" : "videos.delete_locked", { count: locked }))),
        fault,
        h("div", { class: "choices" }, keep, go)))
    keep.focus()
    open = { videos, box, fault, go }
  }

  function answered({ answered, ok, problem }) {
    if (open === null || answered !== "delete") return
    const { videos, box } = open
    if (ok) {
      open = null
      box.close()
      return deleted?.()
    }
    kept?.()
    if (!box.isConnected) ask(videos)
    const say = words(model.texts)
    fill(open.fault, say.t("videos.delete_failed", { count: videos.length, reason: problem })).hidden = false
    open.go.disabled = false
    open.go.lastChild.textContent = say.t("videos.delete", { count: videos.length })
  }

  life.watch("msg:custom", answered)
  life.add(() => open?.box.close())
  return ask
}
