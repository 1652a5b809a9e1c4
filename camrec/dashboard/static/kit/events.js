// Events of the window, by which the parts of the page notify each other.

/** Open the settings. `detail`: the tab, "alerts" or "disk"; null: the general one. A link to #settings/disk does the same. */
export const OPEN_SETTINGS = "camrec:settings"
/** `detail`: the id of the session whose card is enlarged, or null. */
export const ENLARGE_CAMERA = "camrec:large"
/** A moment is marked. `detail`: `at` by camrec's clock, and the `ids` of the sessions; the first one offers a note. */
export const MARK_CAMERAS = "camrec:mark"
/** All cameras that record are to be marked. `detail`: the time stamp of the press. */
export const MARK_ALL = "camrec:mark-all"
/** `detail`: the `text` of the marks that were made for the moment `at`. */
export const NOTE_MARKS = "camrec:note"
/** Show the durations for recording all cameras at once. */
export const OFFER_RECORD_ALL = "camrec:record-all"
/** A plan is wanted for what was chosen on a camera's card. `detail`: a `PlannedCamera` (plans/plan_from_choice.js). */
export const PLAN_CAMERA = "camrec:plan-camera"
/** camrec has taken a setting. */
export const SETTING_CHANGED = "camrec:setting-changed"
/** camrec does not answer. */
export const CONNECTION_LOST = "camrec:cut-off"
export const THEME_CHANGED = "camrec:theme"
