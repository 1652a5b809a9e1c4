// A camera as its card knows it, the page's tile or the notebook's cell, which differ in who tells them of
// it and whom they ask.

const GROWING = ["writing", "waiting"]
const AGREE = 2000 // ms by which this browser's clock and camrec's may differ unheeded

/** `model.session` is as the board tells it; `send(what, more)` asks camrec, which answers by `answered`. */
function cardOf(model, live, send) {
  const tile = {
    model, live, say: null,
    asked: null, // what was asked of camrec and is not answered yet
    trouble: "", // why what was asked last was not done
    cutOff: false, // this page has lost camrec
    draw: () => {},
    ask(what, more = {}) {
      if (tile.asked !== null) return
      tile.asked = what
      tile.trouble = ""
      send(what, more)
      tile.draw()
    },
    answered(what, problem) {
      if (what === tile.asked) tile.asked = null
      tile.trouble = problem
      tile.draw()
    },
    /** Nobody tells of the camera any more: what was told last is not known to be so. */
    lost: () => tile.cutOff || live.lost(),
    growing: () => GROWING.includes(model.session.recording?.state),
    /** camrec's clock: this browser's, unless the two are clearly apart. */
    now: () => Date.now() - (Math.abs(live.skew) > AGREE ? live.skew : 0),
    /** The session's state, and "stale" as soon as the picture is old. */
    look() {
      const { state } = model.session
      if (state === "opening" || state === "failed") return state
      const age = live.age()
      const old = age !== null && age >= live.patience()
      return state === "stale" || old || tile.lost() ? "stale" : "live"
    },
    /** What stands under the picture: see controls.js. */
    mode(looks) {
      if (looks === "opening" || looks === "failed") return looks
      if (tile.growing()) return "recording"
      if (model.session.recording?.state === "finalising") return "saving"
      return looks === "live" ? "ready" : "away"
    },
  }
  return tile
}

/** Draws parts: one that has not changed keeps its elements, and with them the focus. */
function partsOf(tile) {
  const drawn = {} // by part: what it was last drawn for, and what it does every moment
  return {
    part(name, element, facts, redraw) {
      const key = JSON.stringify([facts, tile.say.language])
      if (drawn[name]?.key === key) return
      const held = element.contains(element.getRootNode().activeElement)
      drawn[name] = { key, tick: redraw() }
      if (held) element.querySelector("button:not(:disabled)")?.focus()
    },
    tick() {
      for (const { tick } of Object.values(drawn)) tick?.()
    },
  }
}
