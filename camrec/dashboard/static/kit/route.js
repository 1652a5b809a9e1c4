// Addresses: the view that the page's URL names, and those on camrec's server.

/**
 * The view that the URL names: #live, #videos, #videos/FILE, or #plans.
 * @returns {{view: "live" | "videos" | "plans", file: string | null}}
 */
export function currentRoute() {
  const [view, ...rest] = location.hash.slice(1).split("/")
  if (view === "plans") return { view, file: null }
  if (view !== "videos") return { view: "live", file: null }
  let file = rest.join("/")
  try {
    file = decodeURIComponent(file)
  } catch {
    // A % that somebody typed is no escape.
  }
  return { view: "videos", file: file || null }
}

/**
 * An address on camrec's server ("videos/a.mp4"), wherever the page is mounted.
 * @param {string} path
 * @param {string} base the model's
 * @param {"ws" | null} scheme
 */
export function serverUrl(path, base = "./", scheme = null) {
  const url = new URL(path, new URL(base || "./", document.baseURI))
  if (scheme === "ws") url.protocol = url.protocol === "https:" ? "wss:" : "ws:"
  return url.href
}

/**
 * A file name as one part of a URL.
 * @param {string} name
 */
export const urlPart = (name) => encodeURIComponent(name)
