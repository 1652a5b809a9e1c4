// The cameras that were found on the network. Choosing one fills in its address.

import { h } from "./base.js"
import { icon } from "./icons.js"

/** @import { Locale } from "./locale.js" */
/** @typedef {{host: string, name: string}} DiscoveredCamera */

/**
 * The stream addresses of common makes, from their manuals.
 * @type {[make: string, address: string][]}
 */
export const STREAM_ADDRESSES = [
  ["Axis", "rtsp://…/axis-media/media.amp"],
  ["Hikvision", "rtsp://…/Streaming/Channels/101"],
  ["Reolink", "rtsp://…/h264Preview_01_main"],
  ["Tapo", "rtsp://…/stream1"],
]

/**
 * The camera's address; the path is known only if the camera's name contains its make.
 * @param {DiscoveredCamera} camera
 */
export function likelyAddress({ host, name }) {
  const known = STREAM_ADDRESSES.find(([make]) => name.toLowerCase().includes(make.toLowerCase()))
  const hostAndPort = `${host.includes(":") ? `[${host}]` : host}:554`
  return known ? known[1].replace("…", hostAndPort) : `rtsp://${hostAndPort}/`
}

/**
 * @param {Locale} locale
 * @param {DiscoveredCamera[] | null} cameras null: there was no search yet
 * @param {(address: string) => void} choose
 */
export function discoveredCameras(locale, cameras, choose) {
  if (cameras === null) return null
  if (cameras.length === 0) return h("p", { class: "second", role: "status" }, locale.t("page.found_none"))
  return h("div", { class: "earlier" },
    h("h3", { class: "second", role: "status" }, locale.t("page.found")),
    h("ul", {}, cameras.map((camera) =>
      h("li", {},
        h("button", {
          type: "button", class: "again", "aria-label": locale.t("page.found_one", camera),
          on: { click: () => choose(likelyAddress(camera)) },
        }, icon("search", 18), h("span", { class: "named" }, h("b", {}, camera.name),
          camera.name === camera.host ? null : h("span", { class: "second" }, camera.host)))))))
}
