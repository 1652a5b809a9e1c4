// The header of a camera's plots: the title, and a button that closes them.

import { h, iconButton } from "../kit/base.js"

/** @import { Locale } from "../kit/locale.js" */

/**
 * @param {Locale} locale
 * @param {string} title
 * @param {() => void} close
 */
export const plotsHeaderContent = (locale, title, close) => [
  h("h2", {}, title),
  iconButton("close", locale.t("page.statistics_close"), close, { autofocus: true }),
]
