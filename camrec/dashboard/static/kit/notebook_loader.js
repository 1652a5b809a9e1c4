// Run by a notebook's page in front of each view: has the page load BokehJS and Panel's JavaScript from
// the kernel's own server, unless they are there.

import { isPanelLoaded } from "../compat/bokeh.js"
import { kernelAddresses } from "./kernel_address.js"

const NOTEBOOK_SCRIPT = "page/notebook.js"

/** @param {string[]} addresses */
function load([address, ...others]) {
  const script = document.createElement("script")
  script.src = address + NOTEBOOK_SCRIPT
  script.onerror = () => {
    script.remove()
    if (others.length) load(others)
    else delete window.camrecLoading // the next view may come from a kernel that is there
  }
  document.head.append(script)
}

/** @param {string} base the kernel's server */
export function loadPanel(base) {
  if (isPanelLoaded() || window.camrecLoading) return
  window.camrecLoading = true
  load(kernelAddresses(base))
}
