// What is said over a live picture's corner.

/** Live or not, and whether it is being recorded (`on`); `more` stands in the first. */
function badges(say, looks, on, ...more) {
  const chip = (kind, mark, text, ...rest) => h("span", { class: `chip ${kind}` }, h("i", { class: mark }), say.t(`page.badge_${text}`), ...rest)
  if (looks === "live" && on) return [chip("recording", "dot pulse", "recording", ...more)]
  return [chip(looks, "dot", looks, ...more), looks === "stale" && on ? chip("waiting", "ring", "recording") : null]
}
