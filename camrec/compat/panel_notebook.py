"""Shows Panel components in notebook cells without a connection to the kernel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import panel as pn
from bokeh.document import Document
from bokeh.model import Model
from bokeh.models.ui import UIElement
from panel.config import panel_extension
from panel.io.model import add_to_doc
from panel.io.notebook import patch_inline_stylesheets, render_model
from panel.io.resources import set_resource_mode
from panel.io.state import state
from panel.reactive import Reactive

# One minute, because Panel checks for BokehJS every 25 ms. Its own limit is five seconds.
BOKEH_LOAD_ATTEMPTS = 2400
PANEL_LOAD_ATTEMPTS_TEXT = "attempts > 200"


@contextmanager
def stylesheets_inlined(inlined: bool = True) -> Iterator[None]:
    """Let models that the body of this ``with`` creates contain their style sheets, if `inlined`.

    Library: Panel, ``panel.io.resources.set_resource_mode``, 1.0 to 1.9; undocumented.
    Reason: a notebook's page may have no server from which it could load style sheets.
    If it is gone: set ``bokeh.settings.resources`` to "inline" in the body of this ``with``.
    """
    with set_resource_mode("inline" if inlined else None):
        yield


def inline_stylesheets(root: Model) -> None:
    """Replace links to style sheets by the text of these, in `root` and in all models below it.

    Library: Panel, ``panel.io.notebook.patch_inline_stylesheets``, 1.0 to 1.9; undocumented.
    Reason: the same as for `stylesheets_inlined`, but for models that already exist.
    If it is gone: replace each ``ImportedStyleSheet`` by an ``InlineStyleSheet`` with its text.
    """
    for model in root.select({"type": UIElement}):
        patch_inline_stylesheets(model)


def render_static_html(component: Reactive) -> str:
    """Return HTML that shows a component in a notebook, without a comm between page and kernel.

    Library: Panel, ``panel.io.model.add_to_doc``, ``panel.io.notebook.render_model``,
    ``Reactive._cleanup``, ``state._views``, and the text "attempts > 200" in its
    ``doc_nb_js.js``, 1.0 to 1.9.
    Reason: Panel itself opens a comm. Each time a cell runs, another comm and its thread would stay
    in the kernel. A slow page loads BokehJS in more than the five seconds that Panel waits.
    If it is gone: use ``bokeh.embed.components``, and wait for BokehJS in our own script.
    """
    document = Document()
    root = component.get_root(document)
    add_to_doc(root, document, True)
    shown, _ = render_model(root)
    component._cleanup(root)
    state._views.pop(root.ref["id"], None)
    html: str = shown["text/html"]
    return html.replace(PANEL_LOAD_ATTEMPTS_TEXT, f"attempts > {BOKEH_LOAD_ATTEMPTS}")


def is_extension_loaded() -> bool:
    """Return whether the user has called ``pn.extension``.

    Library: Panel, ``panel_extension._loaded``, 1.0 to 1.9.
    Reason: if so, the page already has BokehJS, and camrec need not load it again.
    If it is gone: always load it. The page does nothing if it already has Panel.
    """
    return panel_extension._loaded


def collect_extension_script() -> str:
    """Return the JavaScript that ``pn.extension`` would put into the cell's output.

    Library: Panel and IPython: ``pn.extension`` publishes with
    ``IPython.display.publish_display_data``, Panel 1.0 to 1.9.
    Reason: the script has 6 MB, and each cell that shows a view would store it in the notebook's
    file. The kernel's server delivers it instead.
    If it is gone: use the scripts of ``panel.io.resources.Resources`` with mode "inline".
    """
    import IPython.display

    published: list[dict[str, str]] = []
    publish = IPython.display.publish_display_data
    IPython.display.publish_display_data = lambda data, *_, **__: published.append(data)
    try:
        pn.extension(inline=True, browser_info=False)
    finally:
        IPython.display.publish_display_data = publish
    return "\n;\n".join(filter(None, (data.get("application/javascript") for data in published)))
