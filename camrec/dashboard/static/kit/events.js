// Events of the window, from one part of the page to the others.

export const OPEN_SETTINGS = "camrec:settings"
/** `detail`: the id of the session that is made large, or null. */
export const ENLARGE_CAMERA = "camrec:large"
/** The durations for all cameras at once are offered. */
export const OFFER_RECORD_ALL = "camrec:record-all"
/** camrec does not answer any more. */
export const CONNECTION_LOST = "camrec:cut-off"
export const THEME_CHANGED = "camrec:theme"
