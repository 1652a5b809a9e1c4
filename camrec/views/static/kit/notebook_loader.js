// Run by a notebook's page in front of each view (with ways.js before it; BASE is filled in): has it load
// BokehJS and Panel's JavaScript from the kernel's own server, unless they are there.

const NOTEBOOK = "page/notebook.js"

function load(all) {
  const script = document.createElement("script")
  script.src = all.shift() + NOTEBOOK
  script.onerror = () => {
    script.remove()
    if (all.length) load(all)
    else delete window.camrecLoading // the next view may come from a kernel that is there
  }
  document.head.append(script)
}

if (!window.Bokeh?.Panel && !window.camrecLoading) {
  window.camrecLoading = true
  load(ways(BASE))
}
