// How a notebook's page reaches the server that its kernel has, on 127.0.0.1 of the kernel's machine.
//
// On the same machine straight. From another one through the proxy that is part of Jupyter where
// jupyter-server-proxy is installed: then the page asks nobody but Jupyter, which has logged it in.

const HERE = new Set(["localhost", "127.0.0.1", "[::1]"])

/** The addresses to try, the likeliest first, each with a slash at its end. */
function ways(base) {
  const straight = new URL(`${base}/`, document.baseURI)
  const jupyter = jupyterBase()
  if (jupyter === null || !HERE.has(straight.hostname)) return [straight.href]
  const proxied = new URL(`proxy/${straight.port}${straight.pathname}`, new URL(jupyter, location.href))
  // A page from elsewhere that asks 127.0.0.1 asks its reader's own machine, and some browsers ask whether it may.
  return HERE.has(location.hostname) ? [straight.href, proxied.href] : [proxied.href, straight.href]
}

/** Where Jupyter is on its server, such as "/user/ana/"; null on any other page. */
function jupyterBase() {
  try {
    return JSON.parse(document.getElementById("jupyter-config-data").textContent).baseUrl ?? null
  } catch {
    return null
  }
}

/**
 * The one that works: `next()` before each try, `reached()` when it did; `lost()` when all were tried in vain;
 * `beside(other)` the way to another base by the same one.
 */
function finder(base) {
  const all = ways(base)
  let tries = 0
  let at = 0
  return {
    next() {
      if (tries++ > 0) at = (at + 1) % all.length
      return all[at]
    },
    beside: (other) => ways(other)[at],
    reached: () => void (tries = 0),
    lost: () => tries > all.length,
  }
}
