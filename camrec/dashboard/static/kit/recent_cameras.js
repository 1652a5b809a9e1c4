// The cameras that were opened before, each with a button that opens it again and one that removes it from the list.

import { h, iconButton } from "./base.js"
import { icon } from "./icons.js"

/** @import { Locale } from "./locale.js" */
/** @typedef {{id: string, name: string, host: string, url: string, asks: boolean}} RecentCamera `asks`: its password is not known */

/**
 * What tells cameras of one name apart: the port, path and query of an address.
 * @param {string} url
 */
function afterHost(url) {
  return url.replace(/^\w+:\/\/(\[[^\]]*\]|[^:/?]*)/, "")
}

/**
 * Null if there are none.
 * @param {Locale} locale
 * @param {RecentCamera[]} cameras
 * @param {{reopen: (camera: RecentCamera) => void, forget: (camera: RecentCamera) => void}} actions
 */
export function recentCameras(locale, cameras, { reopen, forget }) {
  if (cameras.length === 0) return null
  return h("div", { class: "earlier" },
    h("h3", { class: "second" }, locale.t("page.earlier")),
    h("ul", {}, cameras.map((camera) => {
      const rest = cameras.some((other) => other !== camera && other.name === camera.name) ? afterHost(camera.url) : ""
      const facts = { name: camera.name, host: camera.host + rest }
      const where = (camera.name === camera.host ? "" : camera.host) + rest
      return h("li", {},
        h("button", { type: "button", class: "again", "aria-label": locale.t("page.reopen", facts), on: { click: () => reopen(camera) } },
          icon("video", 18), h("span", { class: "named" }, h("b", {}, camera.name), where === "" ? null : h("span", { class: "second" }, where))),
        iconButton("close", locale.t("page.forget", facts), () => forget(camera)))
    })))
}
