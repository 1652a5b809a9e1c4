// When a key or a button went down: by the time of the event itself, not when its handler ran, which may be much later.

/**
 * The moment of an event by camrec's clock, in milliseconds since 1970.
 * @param {number} timeStamp the event's, by the clock of performance.now()
 * @param {number} skew milliseconds by which this browser's clock is ahead of camrec's
 */
export const pressMoment = (timeStamp, skew, wallNow = Date.now(), monotonicNow = performance.now()) =>
  wallNow - Math.max(0, monotonicNow - timeStamp) - skew

/** Notices when a button goes down, as its click comes when it is released. */
export function pressTime() {
  /** @type {number | null} */
  let down = null
  const forget = () => void (down = null)
  return {
    /** @type {Record<string, (event: any) => void>} */
    listeners: {
      pointerdown: ({ timeStamp }) => void (down = timeStamp),
      pointercancel: forget,
      blur: forget,
      keydown(event) {
        if (event.key !== " " && event.key !== "Enter") return
        if (event.repeat) event.preventDefault() // a key that is held would click again and again
        else down = event.timeStamp
      },
    },
    /**
     * The time stamp of the press that led to a click.
     * @param {{timeStamp: number}} click
     */
    of(click) {
      const timeStamp = down ?? click.timeStamp
      forget()
      return timeStamp
    },
  }
}
