// The picture that is shown live, as a file that the browser saves.

async function saveStill(live, name, say) {
  const { blob, date, ending } = await live.still()
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  const download = `${name} ${day} ${say.clock(date).replaceAll(":", "-")}.${ending}`
  const link = h("a", { href: URL.createObjectURL(blob), download })
  link.click()
  URL.revokeObjectURL(link.href)
}
