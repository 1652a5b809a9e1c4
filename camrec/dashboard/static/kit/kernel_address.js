// How a notebook's page reaches the server that its kernel has, on 127.0.0.1 of the kernel's machine.
//
// On the same machine directly. From another one through the proxy that is part of Jupyter where
// jupyter-server-proxy is installed: then the page asks nobody but Jupyter, which has logged it in.

import { jupyterBaseUrl } from "../compat/jupyter.js"

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"])

/**
 * The addresses to try, the likeliest first, each with a slash at its end.
 * @param {string} base
 */
export function kernelAddresses(base) {
  const direct = new URL(`${base}/`, document.baseURI)
  const jupyter = jupyterBaseUrl()
  if (jupyter === null || !LOOPBACK.has(direct.hostname)) return [direct.href]
  const proxied = new URL(`proxy/${direct.port}${direct.pathname}`, new URL(jupyter, location.href))
  // A page from elsewhere that asks 127.0.0.1 asks its reader's own machine, and some browsers ask whether it may.
  return LOOPBACK.has(location.hostname) ? [direct.href, proxied.href] : [proxied.href, direct.href]
}

/**
 * Which of the addresses works: `next()` before each try, `succeeded()` when it did. `exhausted()`:
 * all were tried in vain. `sameRoute(other)`: the address of another server by the same route.
 * @param {string} base
 */
export function kernelAddressFinder(base) {
  const addresses = kernelAddresses(base)
  let tries = 0
  let current = 0
  return {
    next() {
      if (tries++ > 0) current = (current + 1) % addresses.length
      return addresses[current]
    },
    /** @param {string} other */
    sameRoute: (other) => kernelAddresses(other)[current],
    succeeded: () => void (tries = 0),
    exhausted: () => tries > addresses.length,
  }
}
