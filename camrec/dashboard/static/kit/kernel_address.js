// How a notebook's page reaches the kernel's server, which listens on 127.0.0.1 of the kernel's machine.
//
// On the same machine it connects directly. From another machine it uses Jupyter's proxy (jupyter-server-proxy): then
// every request goes to Jupyter, where the user is logged in.

import { jupyterBaseUrl } from "../compat/jupyter.js"

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"])

/**
 * The addresses to try, the most likely one first. Each ends with a slash.
 * @param {string} base
 */
export function kernelAddresses(base) {
  const direct = new URL(`${base}/`, document.baseURI)
  const jupyter = jupyterBaseUrl()
  if (jupyter === null || !LOOPBACK.has(direct.hostname)) return [direct.href]
  const proxied = new URL(`proxy/${direct.port}${direct.pathname}`, new URL(jupyter, location.href))
  // On a page from another machine 127.0.0.1 is the user's own machine, and some browsers ask whether to allow it.
  return LOOPBACK.has(location.hostname) ? [direct.href, proxied.href] : [proxied.href, direct.href]
}

/**
 * Finds the address that works. Call `next()` before each attempt, and `succeeded()` after one that worked.
 * `exhausted()`: all have failed. `sameRoute(other)`: the address of another server by the same route.
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
