// The keys of the list of videos. None but Delete, which asks, changes anything on the disk.

/** `cards` is the column, `ends` gives the first and the last video that are shown. */
function listKeys(life, root, { cards, picks, ask, video, ends }) {
  const here = () => root.getRootNode().activeElement?.closest(".card")?.dataset.file ?? null
  const go = (filename) => {
    if (filename === null || filename === undefined) return false
    cards.reveal(filename)?.querySelector("a").focus({ preventScroll: true })
  }
  const step = (across, down) => () => go(here() === null ? null : cards.beside(here(), across, down))
  const pick = (range) => () => (here() === null ? false : picks.pick(here(), range || !picks.has(here()), range))

  /** From wherever on the page. */
  const search = () => {
    const field = root.querySelector("input[type=search]")
    if (root.checkVisibility()) return field.focus()
    life.on(window, "hashchange", () => field.focus(), { once: true })
    location.hash = "#videos"
  }

  hotkeys(life, () => true, { "/": search })
  hotkeys(life, () => root.checkVisibility(), {
    ArrowLeft: step(-1, 0),
    ArrowRight: step(1, 0),
    ArrowUp: step(0, -1),
    ArrowDown: step(0, 1),
    Home: () => (here() === null ? false : go(ends()[0]?.filename)),
    End: () => (here() === null ? false : go(ends()[1]?.filename)),
    x: pick(false),
    X: pick(true),
    "ctrl+a": () => (ends()[0] === undefined ? false : picks.all()),
    Escape: () => (picks.size() === 0 ? false : picks.clear()),
    Delete: () => {
      if (picks.size() > 0) return ask(picks.videos())
      return here() === null ? false : ask([video(here())])
    },
  })
}
