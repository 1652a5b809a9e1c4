// Asks before a camera is removed from the list of recent cameras: what camrec knows of it is lost.

import { button, dialog, h } from "./base.js"

/** @import { Locale } from "./locale.js" */
/** @import { RecentCamera } from "./recent_cameras.js" */

/**
 * @param {Element} host
 * @param {Locale} locale
 * @param {RecentCamera} camera
 * @param {() => void} forget
 */
export function forgetCamera(host, locale, { name }, forget) {
  const confirm = () => {
    box.close()
    forget()
  }
  const box = dialog(host, { class: "forgetting", "aria-labelledby": "forget", "aria-describedby": "forgotten" },
    h("h2", { class: "heading", id: "forget" }, locale.t("page.forget_title")),
    h("p", { id: "forgotten" }, locale.t("page.forget_text", { name })),
    h("div", { class: "choices" },
      button({ label: locale.t("page.forget_keep"), on: () => box.close(), autofocus: true }),
      button({ label: locale.t("page.forget_now"), kind: "main", on: confirm })))
}
