// The picture at the moment of the timeline that the pointer is over.

/**
 * Shows it above `line`: `timeAt` gives the seconds of an event of the pointer, `tell` what stands
 * under the picture, {time, gap}. One picture is asked for at a time; what was passed over is not.
 */
function peek(line, video, base, { timeAt, tell }) {
  const picture = h("img", { alt: "", width: 240, style: { "aspect-ratio": `${video.width || 16} / ${video.height || 9}` } })
  const time = h("strong", { class: "figures" })
  const gap = h("span", { class: "gap" })
  const box = h("figure", { class: "peek", hidden: true, "aria-hidden": "true" }, picture, h("figcaption", {}, time, gap))
  let wanted = null // seconds
  let asked = null // those of the picture that is on its way

  function ask() {
    if (asked !== null || wanted === null) return
    asked = wanted
    picture.src = address(`videos/${part(video.filename)}/preview?at=${asked.toFixed(2)}`, base)
  }

  function came(there) {
    picture.classList.toggle("none", !there)
    const next = wanted !== asked
    asked = null
    if (next) ask()
  }

  picture.addEventListener("load", () => came(true))
  picture.addEventListener("error", () => came(false))
  line.addEventListener("pointermove", (event) => {
    const { left, width } = line.getBoundingClientRect()
    const room = Math.min(128, width / 2)
    wanted = Math.min(Math.max(timeAt(event), 0), video.duration)
    const told = tell(wanted)
    fill(time, told.time)
    fill(gap, told.gap ?? "")
    gap.hidden = !told.gap
    box.style.left = `${Math.min(Math.max(event.clientX - left, room), width - room)}px`
    box.hidden = false
    ask()
  })
  for (const event of ["pointerleave", "pointercancel"]) {
    line.addEventListener(event, () => {
      box.hidden = true
      wanted = null
    })
  }
  line.addEventListener("pointerup", (event) => event.pointerType !== "mouse" && (box.hidden = true))
  return box
}
