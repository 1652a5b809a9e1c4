// The strip at the bottom: one verdict first, then what it rests on.

const UNWELL = ["backoff", "failed"]
const LOW = 5e9 // bytes free under which the disk is nearly full
const PROXIES = { mediamtx: "page.proxy_rtsp", go2rtc: "page.proxy_mjpeg" }

/** The cameras without a picture, in words: of those that are being recorded, if there are any. */
function missingPictures(say, without) {
  if (without.length === 0) return null
  const { recorded } = without[0]
  const same = without.filter((each) => each.recorded === recorded)
  const told = { count: same.length, name: same.map((each) => each.name).join(", "), time: say.clock(same[0].last) }
  return say.t(recorded ? "page.recorded_without_picture" : "page.without_picture", told)
}

export function render({ model, view }) {
  const life = lifetime(model, view)
  const bar = h("footer", { class: "bar" })
  let cutOff = false

  function draw() {
    const say = words(model.texts)
    const { proxies, ffmpeg, free, total, seconds, open, most, without, left } = model.facts
    const told = { size: say.size(free), length: seconds === null ? "" : say.length(seconds) }
    const sick = Object.keys(PROXIES).find((name) => UNWELL.includes(proxies[name]))
    const low = free < LOW
    const shortOf = without.some((each) => each.recorded) ? null : low ? say.t(seconds === null ? "page.disk_low_plain" : "page.disk_low", told) : null
    const trouble = cutOff ? say.t("page.no_link")
      : sick ? say.t(proxies[sick] === "failed" ? "page.proxy_failed" : "page.proxy_unwell", { proxy: say.t(PROXIES[sick]) })
      : ffmpeg === null ? say.t("page.ffmpeg_missing")
      : shortOf ?? missingPictures(say, without) ?? (left.count ? say.t("page.left_behind", left) : null)
    const part = (label, state, well) => h("span", { class: "part wide" }, h("i", { class: well ? "dot" : "dot idle" }), label, h("span", {}, state))
    bar.className = trouble ? "bar unwell" : "bar"
    bar.setAttribute("aria-label", say.t("page.health"))
    fill(bar,
      h("span", { class: "verdict", role: "status" }, icon(trouble ? "warning" : "check", 18), h("span", {}, trouble ?? say.t("page.all_well"))),
      trouble
        ? trouble === shortOf ? h("a", { href: "#videos" }, say.t("page.free_some")) : null
        : [Object.entries(PROXIES).map(([name, label]) => part(say.t(label), say.t(`page.proxy_is_${proxies[name]}`), proxies[name] === "ready")),
            part(say.t("page.ffmpeg"), ffmpeg, true)],
      h("span", { class: "space" }),
      h("span", { class: "middle figures" }, say.t("page.open_of", { count: open, most })),
      h("span", { class: "disk figures" }, icon("disk", 18),
        h("span", { class: "meter middle" }, h("i", { style: { width: `${100 * (1 - free / total)}%` } })),
        h("b", {}, say.t("page.free", told)),
        trouble || seconds === null ? null : h("span", { class: "middle" }, say.t("page.free_length", told))))
  }

  life.watch(["texts", "facts"], draw)
  life.on(window, CUT_OFF, () => {
    cutOff = true
    draw()
  })
  draw()
  return bar
}
