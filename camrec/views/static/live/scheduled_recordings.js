// The recordings of a camera that are still to come, under its controls: when, how long, and what cancels one.

const SHOWN = 2 // lines that lie open; further ones are folded away

/** "at 14:00", "tomorrow at 14:00", "on Saturday 5 December at 14:00". */
function whenOf(say, moment, now) {
  const time = say.minute(moment)
  const midnight = new Date(now)
  midnight.setHours(24, 0, 0, 0)
  if (moment < midnight) return say.t("page.at_time", { time })
  midnight.setHours(24)
  if (moment < midnight) return say.t("page.tomorrow_at", { time })
  const day = say.day(moment)
  const inside = say.language === "fr" ? day.charAt(0).toLowerCase() + day.slice(1) : day
  return say.t("page.on_day_at", { day: inside, time })
}

/** `tile` as looks.js makes it. */
function drawScheduled(tile, element) {
  const { say } = tile
  const { scheduled } = tile.model.session
  const line = ({ recording_id, starts_at, duration }) => {
    const when = whenOf(say, starts_at, tile.now())
    const told = say.t("page.records_at", { when, length: say.length(duration) })
    return h("li", {}, icon("clock", 18), h("span", { class: "figures" }, told),
      button({
        label: say.t("page.cancel"), kind: "link", "aria-label": say.t("page.cancel_scheduled", { when }),
        on: () => tile.ask("cancel", { recording_id }),
      }))
  }
  const folded = scheduled.slice(SHOWN)
  fill(element,
    scheduled.length ? h("ul", {}, scheduled.slice(0, SHOWN).map(line)) : null,
    folded.length ? h("details", {}, h("summary", {}, say.t("page.more_scheduled", { count: folded.length })), h("ul", {}, folded.map(line))) : null)
  element.hidden = scheduled.length === 0
}
