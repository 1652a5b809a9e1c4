// The icons: each is one path in a square of 24 units.

export const ICONS = {
  "arrow-left": "M19 12H5M11 6l-6 6 6 6",
  bell: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 21h4",
  calendar: "M4 6h16v14H4zM4 10.5h16M8 3.5V7M16 3.5V7",
  camera: "M4 8h3l1.5-2.5h7L17 8h3v11H4zM12 10.2a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  "camera-off": "M8 7h8v3l4-2.4v8.8M16 14v3H4V7h1M3.5 3.5l17 17",
  chart: "M4 4v16h16M7.5 15l4-5 3 3L20 7M17 7h3v3",
  check: "M5 12.5l4.5 4.5L19 7.5",
  "check-circle": "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM8.2 12.3l2.6 2.6 5-5.2",
  "chevron-down": "M6 9.5l6 6 6-6",
  "chevron-left": "M14.5 6l-6 6 6 6",
  "chevron-right": "M9.5 6l6 6-6 6",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",
  close: "M6 6l12 12M18 6L6 18",
  disk: "M4 6h16v12H4zM4 14h16M16.5 16.2h.6",
  download: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  expand: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  gear: "M12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM10.4 3.5h3.2l.5 2.4 1.6.9 2.3-.8 1.6 2.8-1.8 1.6v1.9l1.8 1.6-1.6 2.8-2.3-.8-1.6.9-.5 2.4h-3.2l-.5-2.4-1.6-.9-2.3.8-1.6-2.8 1.8-1.6v-1.9L4.4 8.8 6 6l2.3.8 1.6-.9z",
  flag: "M6 21V4M6 5h12l-3 4.5L18 14H6",
  "gap-next": "M6 6l8 6-8 6zM18 6v12",
  "gap-previous": "M18 6l-8 6 8 6zM6 6v12",
  keyboard: "M3 7h18v10H3zM6.5 10.2h.01M9.2 10.2h.01M12 10.2h.01M14.8 10.2h.01M17.5 10.2h.01M8 13.8h8",
  large: "M4 5h16v14H4zM8 15l8-6M11.5 9H16v4.2",
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
  send: "M20 4L3.5 11l6.5 3 3 6.5zM10 14l4-4",
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

/** @typedef {keyof typeof ICONS} IconName */

/**
 * An inline SVG, 24 units wide, in the colour of the text; hidden from screen readers.
 * @param {IconName} name
 */
export function icon(name, size = 20) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  const attributes = {
    viewBox: "0 0 24 24", width: size, height: size, class: `icon icon-${name}`, "aria-hidden": "true",
    fill: SOLID.has(name) ? "currentColor" : "none", stroke: "currentColor", "stroke-width": 1.8,
    "stroke-linecap": "round", "stroke-linejoin": "round",
  }
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, String(value))
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path")
  path.setAttribute("d", ICONS[name])
  svg.append(path)
  return svg
}
