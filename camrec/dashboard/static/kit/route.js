// Addresses: the view that the page's URL names, and what lies on camrec's server.

/**
 * The view that the URL asks for: #live, #videos, or #videos/FILE.
 * @returns {{view: "live" | "videos", file: string | null}}
 */
export function currentRoute() {
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

/**
 * An address on camrec's server ("videos/a.mp4"), wherever the page is mounted.
 * @param {string} path
 * @param {string} base as the model has it
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
