// Events of the window, by which the parts of the page notify each other.

export const OPEN_SETTINGS = "camrec:settings"
/** `detail`: the id of the session whose card is enlarged, or null. */
export const ENLARGE_CAMERA = "camrec:large"
/** Show the durations for recording all cameras at once. */
export const OFFER_RECORD_ALL = "camrec:record-all"
/** camrec does not answer. */
export const CONNECTION_LOST = "camrec:cut-off"
export const THEME_CHANGED = "camrec:theme"
