"""What a notebook's cell needs of Panel: a view without a connection to the kernel."""

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

# A minute: Panel looks for BokehJS every 25 ms. By itself it stops after five seconds.
BOKEH_LOAD_ATTEMPTS = 2400
PANEL_LOAD_ATTEMPTS_TEXT = "attempts > 200"


@contextmanager
def stylesheets_inlined(inlined: bool = True) -> Iterator[None]:
    """Let models that are created meanwhile carry their style sheets with them, if `inlined`.

    Library: Panel, ``panel.io.resources.set_resource_mode``, 1.0 to 1.9; undocumented.
    Reason: a notebook's page may have no server that it could load style sheets from.
    If it is gone: set ``bokeh.settings.resources`` to "inline" meanwhile.
    """
    with set_resource_mode("inline" if inlined else None):
        yield


def inline_stylesheets(root: Model) -> None:
    """Replace the style sheets that `root` and what is in it would load by their text.

    Library: Panel, ``panel.io.notebook.patch_inline_stylesheets``, 1.0 to 1.9; undocumented.
    Reason: as `stylesheets_inlined`, for those that are there already.
    If it is gone: replace each ``ImportedStyleSheet`` by an ``InlineStyleSheet`` with its text.
    """
    for model in root.select({"type": UIElement}):
        patch_inline_stylesheets(model)


def render_static_html(component: Reactive) -> str:
    """HTML that shows a component in a notebook, without a comm between page and kernel.

    Library: Panel, ``panel.io.model.add_to_doc``, ``panel.io.notebook.render_model``,
    ``Reactive._cleanup``, ``state._views``, and the text "attempts > 200" in its
    ``doc_nb_js.js``, 1.0 to 1.9.
    Reason: Panel's own way opens a comm. It would stay in the kernel, with a thread, each time that
    a cell runs again. A slow page loads BokehJS in more than the five seconds that Panel waits.
    If it is gone: use ``bokeh.embed.components``, and wait for BokehJS in a script of our own.
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
    """Whether the user has called ``pn.extension``.

    Library: Panel, ``panel_extension._loaded``, 1.0 to 1.9.
    Reason: then the page has BokehJS already, and camrec loads it no second time.
    If it is gone: load it always. The page does nothing if it has Panel already.
    """
    return panel_extension._loaded


def collect_extension_script() -> str:
    """The JavaScript that ``pn.extension`` would put into the cell's output.

    Library: Panel and IPython, that ``pn.extension`` publishes with
    ``IPython.display.publish_display_data``, Panel 1.0 to 1.9.
    Reason: it has 6 MB, and would be in the notebook's file again each time that a cell runs. The
    kernel's server delivers it instead.
    If it is gone: take the scripts of ``panel.io.resources.Resources`` with mode "inline".
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
