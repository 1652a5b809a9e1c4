import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"

import { kernelAddressFinder, kernelAddresses } from "../../camrec/dashboard/static/kit/kernel_address.js"
import { provide } from "./browser_stubs.js"

const KERNEL = "http://127.0.0.1:8123/key"
const DIRECT = `${KERNEL}/`

/**
 * A page at `address`; with `baseUrl` it is Jupyter's.
 * @param {string} address
 * @param {string | null} baseUrl
 */
function openPage(address, baseUrl = null) {
  const config = baseUrl === null ? null : { textContent: JSON.stringify({ baseUrl }) }
  provide("location", new URL(address))
  provide("document", { baseURI: address, getElementById: () => config })
}

beforeEach(() => openPage("http://localhost:8888/lab"))

test("outside Jupyter the kernel is asked directly", () => {
  assert.deepEqual(kernelAddresses(KERNEL), [DIRECT])
})

test("on the kernel's own machine the direct address is tried first, then Jupyter's proxy", () => {
  openPage("http://localhost:8888/lab", "/user/ana/")
  assert.deepEqual(kernelAddresses(KERNEL), [DIRECT, "http://localhost:8888/user/ana/proxy/8123/key/"])
})

test("from another machine Jupyter's proxy is tried first", () => {
  openPage("https://hub.example/lab", "/user/ana/")
  assert.deepEqual(kernelAddresses(KERNEL), ["https://hub.example/user/ana/proxy/8123/key/", DIRECT])
})

test("a kernel that is not on a loopback address is asked directly", () => {
  openPage("https://hub.example/lab", "/")
  assert.deepEqual(kernelAddresses("http://192.0.2.7:8123/key"), ["http://192.0.2.7:8123/key/"])
})

test("a configuration that is no JSON counts as no Jupyter", () => {
  provide("document", { baseURI: "http://localhost/", getElementById: () => ({ textContent: "{" }) })
  assert.deepEqual(kernelAddresses(KERNEL), [DIRECT])
})

test("the finder goes round all addresses and stays at the one that works", () => {
  openPage("https://hub.example/lab", "/")
  const finder = kernelAddressFinder(KERNEL)
  const proxied = "https://hub.example/proxy/8123/key/"
  assert.equal(finder.next(), proxied)
  assert.equal(finder.next(), DIRECT)
  finder.succeeded()
  assert.equal(finder.next(), DIRECT)
  assert.equal(finder.sameRoute("http://127.0.0.1:9000"), "http://127.0.0.1:9000/")
})

test("the finder is exhausted after all were tried in vain", () => {
  const finder = kernelAddressFinder(KERNEL)
  finder.next()
  assert.equal(finder.exhausted(), false)
  finder.next()
  assert.equal(finder.exhausted(), true)
})
