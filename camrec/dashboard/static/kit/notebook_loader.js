// A notebook's page runs this before each view. It makes the page load BokehJS and Panel's JavaScript from the kernel's
// server, if they are not there yet.

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
    else delete window.camrecLoading // the next view may come from a kernel that answers
  }
  document.head.append(script)
}

/** @param {string} base the kernel's server */
export function loadPanel(base) {
  if (isPanelLoaded() || window.camrecLoading) return
  window.camrecLoading = true
  load(kernelAddresses(base))
}
