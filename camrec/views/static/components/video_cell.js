// A video in the browser's own player, for a notebook or any Panel page.

export function render({ model, view }) {
  const life = lifetime(model, view)
  const left = ways(model.base)
  const video = h("video", { controls: true, preload: "metadata", playsinline: true, "aria-label": model.title })

  function load() {
    const base = left.shift()
    if (model.poster) video.poster = address(`thumbnails/${part(model.filename)}`, base)
    video.src = address(`videos/${part(model.filename)}`, base)
  }

  life.on(video, "error", () => left.length && load())
  // What is not shown any more loads nothing.
  life.add(() => video.removeAttribute("src"))
  load()
  return video
}
