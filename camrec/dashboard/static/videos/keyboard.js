// The keys of the list of videos. Only Delete changes anything on the disk, and it asks before.

import { find, focusBeside } from "../kit/base.js"
import { hotkeys } from "../kit/hotkeys.js"

/** @import { Lifetime } from "../kit/lifetime.js" */
/** @import { Video } from "../wire.js" */
/** @import { Selection } from "./selection.js" */
/** @import { VirtualList } from "./virtual_list.js" */

/**
 * @param {Lifetime} life
 * @param {HTMLElement} root
 * @param {object} list
 * @param {VirtualList} list.cards
 * @param {Selection} list.selection
 * @param {(videos: Video[]) => void} list.ask asks whether to delete them
 * @param {(filename: string) => Video} list.video
 * @param {() => [Video | undefined, Video | undefined]} list.ends the first and the last one that are shown
 */
export function listKeyboard(life, root, { cards, selection, ask, video, ends }) {
  const focusedFile = () => /** @type {HTMLElement | null} */ (focusBeside(root)?.closest(".card"))?.dataset.file ?? null

  /** @param {string | null | undefined} filename */
  function focusCard(filename) {
    if (filename === null || filename === undefined) return false
    cards.reveal(filename)?.querySelector("a")?.focus({ preventScroll: true })
  }

  /**
   * Call `action` with the card that has the focus; without one, the browser handles the key.
   * @param {(filename: string) => unknown} action
   */
  const onCard = (action) => () => {
    const filename = focusedFile()
    return filename === null ? false : action(filename)
  }

  /**
   * @param {number} across
   * @param {number} down
   */
  const step = (across, down) => onCard((filename) => focusCard(cards.neighbour(filename, across, down)))

  /** @param {boolean} range */
  const select = (range) => onCard((filename) => selection.select(filename, range || !selection.has(filename), range))

  /** From anywhere on the page. */
  function search() {
    const field = find(root, "input[type=search]")
    if (root.checkVisibility()) return field.focus()
    life.on(window, "hashchange", () => field.focus(), { once: true })
    location.hash = "#videos"
  }

  hotkeys(life, () => true, { "/": search })
  hotkeys(life, () => root.checkVisibility(), {
    ArrowLeft: step(-1, 0),
    ArrowRight: step(1, 0),
    ArrowUp: step(0, -1),
    ArrowDown: step(0, 1),
    Home: onCard(() => focusCard(ends()[0]?.filename)),
    End: onCard(() => focusCard(ends()[1]?.filename)),
    x: select(false),
    X: select(true),
    "ctrl+a": () => (ends()[0] === undefined ? false : selection.selectAll()),
    Escape: () => (selection.size() === 0 ? false : selection.clear()),
    Delete() {
      if (selection.size() > 0) return ask(selection.videos())
      return onCard((filename) => ask([video(filename)]))()
    },
  })
}
