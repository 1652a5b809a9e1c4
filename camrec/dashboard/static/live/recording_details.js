// The details that the next recordings of a camera get: pairs of a name and a value.

/** @typedef {{name: string, value: string}} Detail */

const MAX_DETAILS = 32 // as many as a recording may have

/** @param {string} owner a session */
const storageKey = (owner) => `camrec.details.${owner}`

/**
 * What was kept in this tab.
 * @param {string} owner a session
 * @param {string[]} usualNames of details without a value, if nothing was kept
 * @returns {Detail[]}
 */
export function keptDetails(owner, usualNames) {
  try {
    const stored = JSON.parse(sessionStorage.getItem(storageKey(owner)) ?? "")
    if (Array.isArray(stored) && stored.length) return stored.map(({ name, value }) => ({ name: String(name), value: String(value) }))
  } catch {
    // Nothing was kept.
  }
  return usualNames.map((name) => ({ name, value: "" }))
}

/**
 * @param {string} owner a session
 * @param {Detail[]} details
 * @param {boolean} withValues
 */
export function keepDetails(owner, details, withValues) {
  const kept = details.map(({ name, value }) => ({ name, value: withValues ? value : "" }))
  sessionStorage.setItem(storageKey(owner), JSON.stringify(kept))
}

/**
 * Those that have a value. A recording gets no others.
 * @param {Detail[]} details
 */
export const filledDetails = (details) =>
  details.map(({ name, value }) => ({ name: name.trim(), value: value.trim() })).filter(({ value }) => value !== "")

/**
 * Why details cannot be sent, as the key of a text; null: they can.
 * @param {Detail[]} filled
 */
export function detailsProblem(filled) {
  const names = filled.map(({ name }) => name)
  if (names.includes("")) return "page.detail_without_name"
  return new Set(names).size < names.length ? "page.detail_twice" : null
}

/** @param {Detail[]} details */
export const canAddDetail = (details) => details.length < MAX_DETAILS
