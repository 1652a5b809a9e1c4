// The notes that were written before in this browser, so that one press writes them again.

const NOTES_KEY = "camrec.notes"
const MAX_STORED = 50
const MAX_OFFERED = 3

/**
 * Each note and how often it was written, the latest last.
 * @returns {[note: string, count: number][]}
 */
function storedNotes() {
  try {
    const stored = JSON.parse(localStorage.getItem(NOTES_KEY) ?? "[]")
    return stored.filter((/** @type {unknown} */ each) => Array.isArray(each) && typeof each[0] === "string" && Number.isInteger(each[1]))
  } catch {
    return [] // somebody else wrote it
  }
}

/**
 * Most used first, and of equals the later one first.
 * @param {[note: string, count: number][]} notes
 */
const byUse = (notes) => notes.toReversed().sort(([, one], [, other]) => other - one)

/** The notes to offer. */
export const usualNotes = () => byUse(storedNotes()).slice(0, MAX_OFFERED).map(([note]) => note)

/** @param {string} note */
export function rememberNote(note) {
  const notes = storedNotes()
  const count = notes.find(([each]) => each === note)?.[1] ?? 0
  const others = notes.filter(([each]) => each !== note)
  const kept = byUse(others).slice(0, MAX_STORED - 1)
  localStorage.setItem(NOTES_KEY, JSON.stringify([...others.filter((each) => kept.includes(each)), [note, count + 1]]))
}
