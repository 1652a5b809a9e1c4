// Cameras that were found on the network: a list, each of which fills in its address.

// Where the usual makes keep their stream, as their manuals say.
const MAKES = [
  ["Axis", "rtsp://…/axis-media/media.amp"],
  ["Hikvision", "rtsp://…/Streaming/Channels/101"],
  ["Reolink", "rtsp://…/h264Preview_01_main"],
  ["Tapo", "rtsp://…/stream1"],
]

/** Its address, as far as it is known: the path only of a make that names itself. */
function likelyAddress({ host, name }) {
  const make = MAKES.find(([each]) => name.toLowerCase().includes(each.toLowerCase()))
  const place = `${host.includes(":") ? `[${host}]` : host}:554`
  return make ? make[1].replace("…", place) : `rtsp://${place}/`
}

/** `cameras` ({host, name}), or null where nobody has asked yet; `take` is called with an address. */
function foundCameras(say, cameras, take) {
  if (cameras === null) return null
  if (cameras.length === 0) return h("p", { class: "second", role: "status" }, say.t("page.found_none"))
  return h("div", { class: "earlier" },
    h("h3", { class: "second", role: "status" }, say.t("page.found")),
    h("ul", {}, cameras.map((camera) =>
      h("li", {},
        h("button", {
          type: "button", class: "again", "aria-label": say.t("page.found_one", camera), on: { click: () => take(likelyAddress(camera)) },
        }, icon("search", 18), h("span", { class: "named" }, h("b", {}, camera.name),
          camera.name === camera.host ? null : h("span", { class: "second" }, camera.host)))))))
}
