// The strip at the bottom: one verdict first, then what it rests on.

const UNWELL = ["backoff", "failed"]
const LOW = 5e9 // bytes free under which the disk is nearly full
const PROXIES = { mediamtx: "page.proxy_rtsp", go2rtc: "page.proxy_mjpeg" }

export function render({ model, view }) {
  const life = lifetime(model, view)
  const bar = h("footer", { class: "bar" })
  let cutOff = false

  function draw() {
    const say = words(model.texts)
    const { proxies, ffmpeg, free, total, seconds, open, most } = model.facts
    const told = { size: say.size(free), length: say.length(seconds) }
    const sick = Object.keys(PROXIES).find((name) => UNWELL.includes(proxies[name]))
    const low = free < LOW
    const trouble = cutOff ? say.t("page.no_link")
      : sick ? say.t(proxies[sick] === "failed" ? "page.proxy_failed" : "page.proxy_unwell", { proxy: say.t(PROXIES[sick]) })
      : ffmpeg === null ? say.t("page.ffmpeg_missing")
      : low ? say.t("page.disk_low", told) : null
    const part = (label, state, well) => h("span", { class: "part wide" }, h("i", { class: well ? "dot" : "dot idle" }), label, h("span", {}, state))
    bar.className = trouble ? "bar unwell" : "bar"
    bar.setAttribute("aria-label", say.t("page.health"))
    fill(bar,
      h("span", { class: "verdict", role: "status" }, icon(trouble ? "warning" : "check", 18), h("span", {}, trouble ?? say.t("page.all_well"))),
      trouble
        ? low && !cutOff && !sick && ffmpeg !== null ? h("a", { href: "#videos" }, say.t("page.free_some")) : null
        : [Object.entries(PROXIES).map(([name, label]) => part(say.t(label), say.t(`page.proxy_is_${proxies[name]}`), proxies[name] === "ready")),
            part(say.t("page.ffmpeg"), ffmpeg, true)],
      h("span", { class: "space" }),
      h("span", { class: "middle figures" }, say.t("page.open_of", { count: open, most })),
      h("span", { class: "disk figures" }, icon("disk", 18),
        h("span", { class: "meter middle" }, h("i", { style: { width: `${100 * (1 - free / total)}%` } })),
        h("b", {}, say.t("page.free", told)),
        trouble ? null : h("span", { class: "middle" }, say.t("page.free_length", told))))
  }

  life.watch(["texts", "facts"], draw)
  life.on(window, CUT_OFF, () => {
    cutOff = true
    draw()
  })
  draw()
  return bar
}
