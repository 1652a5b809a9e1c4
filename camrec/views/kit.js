// The kit: what every component of the page is made with. It is put in front of each component's
// own .js file by views/component.py, so a component uses these names without an import:
//
//   export function render({ model, view, el }) {
//     const life = lifetime(model, view)              // ends with the view, also on a re-render
//     const box = h("article", { class: "card", "aria-label": "..." })
//     const draw = () => {
//       const say = words(model.texts)                // the texts and formats of one language
//       box.replaceChildren(
//         h("h2", { class: "heading" }, say.t("page.add_camera")),
//         button({ label: say.t("page.stop_and_save"), icon: "stop", on: () => model.send_msg({ do: "stop" }) }),
//         iconButton("close", say.t("page.close"), () => model.send_msg({ do: "close" })),
//         condition ? h("p", {}, say.size(bytes)) : null,  // null, undefined, false are dropped
//       )
//     }
//     life.watch(["session", "texts"], draw)          // draws again when a parameter changes
//     life.on(window, "hashchange", draw)             // a listener that ends with the view
//     life.every(1000, tick)                          // a timer that ends with the view
//     life.add(() => socket.close())                  // anything else that must end
//     draw()
//     return box                                      // goes inside :host > div
//   }
//
// What render gives back is put into a div that has the class of the component's name ("tile"): do
// not use that one for anything else.
//
// In Python: class Tile(Component): _script = "tile.js"; _styles = "tile.css"; and a method
// `do_stop(self, ...)` for each {do: "stop", ...} that the browser may send.
// Which view is shown stands in the URL: #live, #videos, #videos/FILE: place(), and life.onPlace(draw).
// A dialog is a native <dialog> (dialog()): focus, Esc and the top layer come with it.

const NBSP = "\u00a0"
// Events of the window, from one part of the page to others.
const SETTINGS = "camrec:settings" // open the settings
const CUT_OFF = "camrec:cut-off" // camrec does not answer any more

// ---- elements ---------------------------------------------------------------------------------

/** An element. Props: class, on (a listener per event), style (an object), anything else an attribute. */
function h(tag, props = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener)
    } else if (name === "style" && typeof value === "object") {
      for (const [property, setting] of Object.entries(value)) element.style.setProperty(property, setting)
    } else if (name === "value" || name === "checked") {
      element[name] = value
    } else {
      element.setAttribute(name, value === true ? "" : value)
    }
  }
  put(element, children)
  return element
}

/** Append what is there: arrays are flattened, null, undefined and booleans dropped. */
function put(element, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || typeof child === "boolean") continue
    element.append(child instanceof Node ? child : String(child))
  }
  return element
}

/** Replace all children, with the same rules as h. */
function fill(element, ...children) {
  element.replaceChildren()
  return put(element, children)
}

const ICONS = {
  "arrow-left": "M19 12H5M11 6l-6 6 6 6",
  camera: "M4 8h3l1.5-2.5h7L17 8h3v11H4zM12 10.2a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  "camera-off": "M8 7h8v3l4-2.4v8.8M16 14v3H4V7h1M3.5 3.5l17 17",
  chart: "M4 4v16h16M7.5 15l4-5 3 3L20 7M17 7h3v3",
  check: "M5 12.5l4.5 4.5L19 7.5",
  "check-circle": "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM8.2 12.3l2.6 2.6 5-5.2",
  "chevron-down": "M6 9.5l6 6 6-6",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",
  close: "M6 6l12 12M18 6L6 18",
  disk: "M4 6h16v12H4zM4 14h16M16.5 16.2h.6",
  download: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  expand: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  gear: "M12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM10.4 3.5h3.2l.5 2.4 1.6.9 2.3-.8 1.6 2.8-1.8 1.6v1.9l1.8 1.6-1.6 2.8-2.3-.8-1.6.9-.5 2.4h-3.2l-.5-2.4-1.6-.9-2.3.8-1.6-2.8 1.8-1.6v-1.9L4.4 8.8 6 6l2.3.8 1.6-.9z",
  "gap-next": "M6 6l8 6-8 6zM18 6v12",
  "gap-previous": "M18 6l-8 6 8 6zM6 6v12",
  keyboard: "M3 7h18v10H3zM6.5 10.2h.01M9.2 10.2h.01M12 10.2h.01M14.8 10.2h.01M17.5 10.2h.01M8 13.8h8",
  large: "M4 5h16v14H4zM4 15.5h16M8 19v-3.5M12 19v-3.5M16 19v-3.5",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  unlock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 6.8-1.2",
  info: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5M12 8h.01",
  minus: "M5 12h14",
  moon: "M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7z",
  pause: "M8 5v14M16 5v14",
  pencil: "M4 20l1-4L16.5 4.5l3 3L8 19z",
  play: "M7 5l12 7-12 7z",
  plus: "M12 5v14M5 12h14",
  search: "M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM16 16l4.5 4.5",
  shrink: "M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5",
  sound: "M4 9.5h3.5L12 5.5v13l-4.5-4H4zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11",
  "sound-off": "M4 9.5h3.5L12 5.5v13l-4.5-4H4zM16 9.5l5 5M21 9.5l-5 5",
  "step-back": "M15 6l-6 6 6 6",
  "step-forward": "M9 6l6 6-6 6",
  stop: "M6 6h12v12H6z",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  trash: "M5 7h14M9.5 7V4.5h5V7M7 7l.8 12.5h8.4L17 7M10.2 10.5v5.5M13.8 10.5v5.5",
  video: "M4 7h11v10H4zM15 11l5-3v8l-5-3",
  warning: "M12 4L2.8 19.5h18.4zM12 10v4.5M12 17h.01",
}
const SOLID = new Set(["stop"])

/** One of ICONS as an inline SVG, 24 units wide, in the colour of the text; hidden from screen readers. */
function icon(name, size = 20) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  const attributes = {
    viewBox: "0 0 24 24", width: size, height: size, class: `icon icon-${name}`, "aria-hidden": "true",
    fill: SOLID.has(name) ? "currentColor" : "none", stroke: "currentColor", "stroke-width": 1.8,
    "stroke-linecap": "round", "stroke-linejoin": "round",
  }
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value)
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path")
  path.setAttribute("d", ICONS[name])
  svg.append(path)
  return svg
}

/** A button with words. kind: "main" (ink), "plain" (outlined), "link", "danger". */
function button({ label, icon: name, kind = "plain", on, class: more = "", ...attributes }) {
  return h("button", { type: "button", class: `button ${kind} ${more}`, on: { click: on }, ...attributes },
    name ? icon(name) : null, h("span", {}, label))
}

/** A 44 px button of one icon: its name is its label and its tooltip. */
function iconButton(name, label, on, attributes = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, on: { click: on }, ...attributes },
    icon(name))
}

/** A native dialog in the top layer, closed by Esc; it is removed when it closes. */
function dialog(host, attributes, ...children) {
  const element = h("dialog", attributes, ...children)
  element.addEventListener("close", () => element.remove())
  host.append(element)
  element.showModal()
  return element
}

/** What has the focus, inside whatever part of the page it is. */
function focused() {
  let element = document.activeElement
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  return element
}

/**
 * Keys of a part of the page, as {"x": does, "ctrl+a": does}: they work wherever the focus is while
 * `active()`, but never where something is typed, nor under a dialog. One that gives false was not
 * meant: the browser does with it what it does.
 */
function hotkeys(life, active, keys) {
  life.on(document, "keydown", (event) => {
    const does = keys[(event.ctrlKey || event.metaKey ? "ctrl+" : "") + event.key]
    if (!does || event.altKey || event.defaultPrevented || !active()) return
    const within = (what) => event.composedPath().some((element) => element.matches?.(what))
    if (within("input:not([type=checkbox]):not([type=radio]), select, textarea, dialog, [role=dialog]")) return
    if (document.documentElement.matches("[data-cut]") || does(event) === false) return
    event.preventDefault()
  })
}

// ---- life -------------------------------------------------------------------------------------

/** What must end with the view. The view may be rendered anew without being told that it ended. */
function lifetime(model, view) {
  view.camrecEnd?.()
  const ends = []
  const end = () => {
    for (const stop of ends.splice(0)) stop()
  }
  view.camrecEnd = end
  model.on("remove", end)
  const life = {
    add: (stop) => void ends.push(stop),
    end,
    watch: (names, changed) => model.on(names, changed),
    on(target, event, listener, options) {
      target.addEventListener(event, listener, options)
      ends.push(() => target.removeEventListener(event, listener, options))
    },
    every(milliseconds, tick) {
      const timer = setInterval(tick, milliseconds)
      ends.push(() => clearInterval(timer))
    },
    onPlace: (changed) => life.on(window, "hashchange", changed),
  }
  return life
}

/** Which view the URL asks for: {view: "live"}, {view: "videos"} or {view: "videos", file: "..."}. */
function place() {
  const [view, ...rest] = location.hash.slice(1).split("/")
  if (view !== "videos") return { view: "live", file: null }
  let file = rest.join("/")
  try {
    file = decodeURIComponent(file)
  } catch {
    // A hand-written % stays as it is.
  }
  return { view: "videos", file: file || null }
}

/** An address of this server ("videos/a.mp4"), wherever the page is mounted; `base` as the model tells. */
function address(path, base = "./", scheme = null) {
  const url = new URL(path, new URL(base || "./", document.baseURI))
  if (scheme === "ws") url.protocol = url.protocol === "https:" ? "wss:" : "ws:"
  return url.href
}

/** A file name as one part of a URL. */
const part = (name) => encodeURIComponent(name)

// ---- words and numbers ------------------------------------------------------------------------

/** The text for `key` with {facts} filled in; two forms are chosen by `count` (French: 0 is one). */
function t(texts, key, facts = {}) {
  let found = texts[key]
  if (found === undefined) throw new Error(`no text "${key}"`)
  if (typeof found === "object") {
    const one = facts.count === 1 || (facts.count === 0 && texts.language === "fr")
    found = one ? found.one : found.other
  }
  return found.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "")
}

const two = (number) => String(number).padStart(2, "0")

/**
 * Texts and formats in one language; `texts` is the model's (its `language` says which).
 * Moments are milliseconds since 1970 and told in the browser's own time zone; lengths are seconds.
 */
function words(texts) {
  const language = texts.language
  const french = language === "fr"
  const number = (value, digits = 0) => {
    const written = value.toFixed(digits)
    return french ? written.replace(".", ",") : written
  }
  const size = (bytes) => {
    const units = french ? ["octets", "ko", "Mo", "Go", "To"] : ["bytes", "kB", "MB", "GB", "TB"]
    let value = bytes
    let place = 0
    while (value >= 999.5 && place < units.length - 1) {
      value /= 1000
      place += 1
    }
    return number(value, place >= 2 && value < 9.95 ? 1 : 0) + NBSP + units[place]
  }
  /** "12 s", "2 min 15", "1 h 30", "115 h": two units at most, none below a tenth of the first. */
  const length = (seconds) => {
    const whole = Math.round(seconds)
    const minutes = Math.round(seconds / 60)
    if (whole < 60) return `${whole}${NBSP}s`
    if (whole < 3600) {
      const rest = whole % 60
      return `${Math.floor(whole / 60)}${NBSP}min${rest ? NBSP + two(rest) : ""}`
    }
    if (minutes >= 600) return `${Math.round(seconds / 3600)}${NBSP}h`
    return `${Math.floor(minutes / 60)}${NBSP}h${minutes % 60 ? NBSP + two(minutes % 60) : ""}`
  }
  /** What is left, said no finer than is useful: whole minutes, rounded up, from one minute on. */
  const left = (seconds) => (seconds < 60 ? length(Math.ceil(seconds)) : length(Math.ceil(seconds / 60) * 60))
  /** "00:12:31", a running timer. */
  const timer = (seconds) => {
    const whole = Math.max(0, Math.floor(seconds))
    return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
  }
  /** "05:00" or "01:30:00", the length of a video. */
  const duration = (seconds) => (Math.round(seconds) < 3600 ? timer(Math.round(seconds)).slice(3) : timer(Math.round(seconds)))
  const minute = (moment) => {
    const date = new Date(moment)
    return `${two(date.getHours())}:${two(date.getMinutes())}`
  }
  const clock = (moment) => `${minute(moment)}:${two(new Date(moment).getSeconds())}`
  const rate = (bits) => `${number(bits / 1e6, 1)}${NBSP}Mbit/s`
  /** "Saturday 21 November", with the year when it is another one. */
  const thisYear = new Date().getFullYear()
  const days = [{}, { year: "numeric" }].map((year) => // one for all: making one takes longer than its use
    new Intl.DateTimeFormat(french ? "fr-FR" : "en-GB", { weekday: "long", day: "numeric", month: "long", ...year }))
  const day = (moment) => {
    const date = new Date(moment)
    const written = days[date.getFullYear() === thisYear ? 0 : 1].format(date).replace(",", "")
    return written.charAt(0).toUpperCase() + written.slice(1)
  }
  return { language, t: (key, facts) => t(texts, key, facts), number, size, length, left, timer, duration, minute, clock, rate, day }
}
