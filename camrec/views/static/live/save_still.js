// A picture, or anything else, as a file that the browser saves.

function saveFile(blob, name) {
  const url = URL.createObjectURL(blob)
  h("a", { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** Under its camera's name and its moment; `time` is the moment's clock as it reads. */
function savePicture(blob, name, moment, time, ending) {
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`
  saveFile(blob, `${name} ${day} ${time.replaceAll(":", "-")}.${ending}`)
}

/** The one that is shown live. */
async function saveStill(live, name, say) {
  const { blob, date, ending } = await live.still()
  savePicture(blob, name, date, say.clock(date), ending)
}
