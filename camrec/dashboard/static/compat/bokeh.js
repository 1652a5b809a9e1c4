// What the dashboard uses of BokehJS and Panel's JavaScript beyond what they document. Each function names the
// library and its versions, says why it is needed, and what to do when it is gone. tests/integration/test_compat.py
// has a canary for each: it fails, and names the library, when an update changes it.

/**
 * Let a document forget the models that were taken off the page.
 *
 * Library: BokehJS, `Document._recompute_all_models`, 3.0 to 3.9.
 * Reason: otherwise plots that Python has removed stay in memory with their data until the next change.
 * If it is gone: delete the call; then check whether the page's memory grows each time the plots are opened.
 * @param {BokehDocument} document
 */
export const forgetRemovedModels = (document) => document._recompute_all_models()

/**
 * Call `listener` each time that the page has lost the connection to its server.
 *
 * Library: BokehJS, the document's event "connection_lost", 3.8 to 3.9; undocumented in JavaScript.
 * Reason: the page says by itself, and in its own language, that camrec does not answer.
 * If it is gone: ask `/health` every few seconds.
 * @param {BokehDocument} document
 * @param {() => void} listener
 */
export const onConnectionLost = (document, listener) => document.on_event("connection_lost", listener)

/**
 * Whether the page has BokehJS with Panel's components.
 *
 * Library: Panel, the global `Bokeh.Panel`, 1.0 to 1.9; undocumented.
 * Reason: a notebook's page loads both once, whichever cell or library asks first.
 * If it is gone: look for another global that `panel.min.js` sets.
 */
export const isPanelLoaded = () => Boolean(window.Bokeh?.Panel)

/**
 * Draw plots that Python sent as JSON. `remove()` takes them off the page and out of memory.
 *
 * Library: BokehJS, the result of `embed_item`, `Document.clear` and the list `Bokeh.documents`, 3.0 to 3.9;
 * undocumented.
 * Reason: `embed_item` adds a document for each call, and BokehJS has no function that removes one.
 * If it is gone: use the function that removes a document, if there is one now.
 * @param {unknown} item
 * @param {HTMLElement} host
 */
export async function embedPlots(item, host) {
  const views = await Bokeh.embed.embed_item(item, host)
  const { document } = views.roots[0].model
  const remove = () => {
    views.clear()
    document.clear()
    Bokeh.documents.splice(Bokeh.documents.indexOf(document), 1)
  }
  return { document, remove }
}
