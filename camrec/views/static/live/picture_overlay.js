// What lies over a tile's picture: what it is, why it stands still, or why it is not there.
// Each function draws into its element and gives back what has to be done every moment, if anything.

/** `tile` as looks.js makes it; `more` stands in the badge, beside the state. */
function screen(tile, more = null) {
  const { model, live } = tile
  const marks = h("div", { class: "badges" })
  const figures = h("div", { class: "chip figures", hidden: true })
  const over = h("div", { class: "over" })
  const element = h("div", { class: "screen" }, live.element, over, marks, figures)

  /** Live or not, and whether it is being recorded: never said without a link that tells so. */
  function drawBadges(looks) {
    const { say } = tile
    const chip = (kind, mark, text, ...rest) => h("span", { class: `chip ${kind}` }, h("i", { class: mark }), say.t(`page.badge_${text}`), ...rest)
    if (looks === "live" && live.waiting()) return void fill(marks, chip("opening", "dot", "connecting", more))
    if (looks === "live" && tile.growing()) return void fill(marks, chip("recording", "dot pulse", "recording", more))
    const said = looks === "stale" && tile.lost() ? "no_link" : looks
    fill(marks, chip(looks, "dot", said, more), looks === "stale" && tile.growing() && live.linked ? chip("waiting", "ring", "recording") : null)
  }

  /** "1920×1080 · 25 fps"; a rate under ten with one decimal where it has one. */
  function drawFigures(looks) {
    const { width, height, fps } = live.facts ?? {}
    figures.hidden = looks !== "live" || !width
    if (figures.hidden) return
    const rate = tile.say.number(fps, fps < 9.5 && Math.abs(fps - Math.round(fps)) > 0.05 ? 1 : 0)
    figures.textContent = `${width}×${height} · ${tile.say.t("page.fps", { rate })}`
  }

  function drawOver(looks) {
    over.className = `over ${looks}`
    over.setAttribute("role", { stale: "status", opening: "status", failed: "alert" }[looks] ?? "none")
    return { live: waiting, opening, failed, stale }[looks]()
  }

  const waiting = () => void fill(over, !live.waiting() ? null : h("i", { class: "ring turning" }))

  function stale() {
    const { say } = tile
    const [since, last, trying] = ["big figures", "figures", "small"].map((name) => h("p", { class: name }))
    fill(over, icon("clock", 26), since, last, trying)
    return () => {
      const lost = tile.lost()
      const age = live.age()
      since.textContent = age === null ? say.t("page.badge_stale") : say.t("page.no_picture_for", { length: say.length(Math.floor(age)) })
      last.textContent = age === null ? "" : say.t("page.last_picture", { time: say.clock(Date.now() - age * 1000) })
      trying.textContent = !lost && model.session.waiting_for === "key_frame" ? say.t("page.waiting_key_frame") : !lost ? say.t("page.trying", { number: model.session.retries + 1 }) : say.t("page.no_link")
    }
  }

  function opening() {
    const { say } = tile
    const { attempt, tries, seen, wanted, host, proxy_ready, waiting_for } = model.session
    const mark = { done: () => icon("check-circle", 22), now: () => h("i", { class: "ring turning" }), later: () => h("i", { class: "ring" }) }
    const step = (state, key, facts) => h("li", { class: state }, mark[state](), say.t(key, facts))
    const reached = seen > 0 || !["answer", null, undefined].includes(waiting_for)
    const awaited = waiting_for === "key_frame" ? "waiting_key_frame" : seen > 0 && waiting_for === "picture" ? "waiting_decodable" : "waiting_pictures"
    fill(over,
      h("p", { class: "big" }, say.t("page.reaching")),
      h("p", {}, say.t("page.attempt", { number: attempt, most: tries })),
      h("ol", { class: "steps figures" },
        proxy_ready ? step("done", "page.proxy_ready") : step("now", "page.proxy_starting"),
        reached ? step("done", "page.connected_to", { host }) : step(proxy_ready ? "now" : "later", "page.connecting_to", { host }),
        step(reached ? "now" : "later", `page.${awaited}`, { seen: Math.min(seen, wanted), most: wanted })),
      button({ label: say.t("page.cancel"), on: () => tile.ask("close") }))
  }

  function failed() {
    const { failure } = model.session
    fill(over,
      h("span", { class: "disc" }, icon("camera-off", 28)),
      h("p", { class: "big" }, failure.title),
      h("p", { class: "fact" }, failure.fact))
  }

  return { element, marks, over, drawBadges, drawFigures, drawOver }
}
