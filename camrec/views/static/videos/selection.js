// Several videos at once: which are picked, and the bar that says what can be done with them.

const LONGEST_ADDRESS = 30_000 // of one ZIP's address: a browser takes more, camrec 65 536

/**
 * `shown` gives the file names in the order on the page, `video` one by its name; `ask` deletes,
 * `lock` takes videos and whether; `changed` is called with each change.
 */
function picked(model, { shown, video, ask, lock, changed }) {
  const chosen = new Set()
  const bar = h("div", { class: "picked", role: "group", hidden: true })
  let anchor = null // where a range begins
  let say = null
  let problem = ""

  /** One, or with `range` all from the last one on. */
  function pick(filename, on, range = false) {
    const names = shown()
    const [from, to] = [names.indexOf(anchor), names.indexOf(filename)]
    const those = range && from >= 0 && to >= 0 ? names.slice(Math.min(from, to), Math.max(from, to) + 1) : [filename]
    for (const each of those) on ? chosen.add(each) : chosen.delete(each)
    anchor = filename
    told("")
  }

  const all = () => {
    for (const each of shown()) chosen.add(each)
    told("")
  }

  const clear = () => {
    chosen.clear()
    told("")
  }

  function told(text) {
    problem = text
    changed()
    draw()
  }

  const videos = () => [...chosen].map(video)

  /** One file as it is; several as a ZIP, or more where their names are too many for one address. */
  function save() {
    const those = videos()
    if (those.length === 1) return follow(download(those[0], model.base))
    const address_of = (query) => address(`archive?${query}`, model.base)
    let query = ""
    for (const { filename } of those) {
      const one = `video=${part(filename)}`
      if (query.length + one.length > LONGEST_ADDRESS) {
        follow(address_of(query))
        query = ""
      }
      query += (query && "&") + one
    }
    follow(address_of(query))
  }

  const follow = (href) => h("a", { href, download: true }).click()

  function draw(words_now = say) {
    say = words_now
    const those = videos()
    const count = those.length
    bar.hidden = count === 0
    if (count === 0) return void fill(bar)
    const held = [...bar.querySelectorAll("button")].indexOf(bar.getRootNode().activeElement)
    const size = say.size(those.reduce((sum, each) => sum + each.size, 0))
    const unlocked = those.filter((each) => !each.locked)
    const every = shown().length
    const act = (name, key, on) => button({ label: say.t(key), icon: name, on, title: say.t(key), class: "act" })
    bar.setAttribute("aria-label", say.t("videos.picked_group"))
    fill(bar,
      iconButton("close", say.t("videos.pick_none"), clear),
      h("p", { class: "figures", role: "status" }, say.t("videos.picked", { count, size })),
      count < every && button({ label: say.t("videos.pick_all", { count: every }), kind: "link", on: all }),
      h("span", { class: "space" }),
      act("download", "videos.download", save),
      unlocked.length
        ? act("lock", "videos.lock", () => lock(unlocked, true))
        : act("unlock", "videos.unlock", () => lock(those, false)),
      act("trash", "videos.delete_picked", () => ask(those)),
      problem && h("p", { class: "problem", role: "alert" }, problem))
    if (held >= 0) bar.querySelectorAll("button")[Math.min(held, bar.querySelectorAll("button").length - 1)].focus()
  }

  /** Of those that are gone none stays picked. */
  function gone(filenames) {
    let lost = false
    for (const each of filenames) lost = chosen.delete(each) || lost
    if (lost) changed()
    draw()
  }

  return { bar, pick, all, clear, videos, draw, gone, problem: told, has: (filename) => chosen.has(filename), size: () => chosen.size }
}
