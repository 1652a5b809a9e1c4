// A video in the browser's own player, for a notebook or any Panel page.

export function render({ model }) {
  return h("video", {
    controls: true, preload: "metadata", playsinline: true, "aria-label": model.title,
    src: address(`videos/${part(model.filename)}`, `${model.base}/`),
    poster: address(`thumbnails/${part(model.filename)}`, `${model.base}/`),
  })
}
