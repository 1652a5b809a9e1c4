"""What a cell of a notebook needs to show a view."""

from __future__ import annotations

import json
from typing import Any

import panel as pn
from bokeh.document import Document
from bokeh.models import UIElement
from panel.config import panel_extension
from panel.io.model import add_to_doc
from panel.io.notebook import patch_inline_stylesheets, render_model
from panel.io.resources import set_resource_mode
from panel.io.state import state
from panel.viewable import Viewer

from camrec.dashboard.bundler import bundle
from camrec.dashboard.component import Component
from camrec.dashboard.plots import PLOT_FILES, plots_json

try:
    import IPython
except ImportError:  # not in a notebook
    IPython = None

# How often Panel looks for BokehJS, every 25 ms, before it gives up: a minute, not five seconds.
BOKEH_LOAD_ATTEMPTS = 2400


class CellComponent(Component):
    """One that asks nobody for its styles: a notebook's page may have no other server."""

    def get_root(self, doc: Any = None, comm: Any = None, preprocess: bool = True) -> Any:
        served = doc is not None and doc.session_context is not None
        with set_resource_mode(None if served else "inline"):
            root = super().get_root(doc, comm, preprocess)
        if not served:
            for model in root.select({"type": UIElement}):
                patch_inline_stylesheets(model)
        return root


class CellView(Viewer):
    """A view of one component: as a cell's value, in a Panel page, or among ipywidgets.

    A notebook needs nothing beside it: the page loads the JavaScript with the first view.
    """

    def __init__(self, component: CellComponent) -> None:
        super().__init__()
        self._component = component

    def __panel__(self) -> CellComponent:
        return self._component

    def widget(self) -> Any:
        """As an ipywidget, to stand among others."""
        from ipywidgets import Output

        shown = {"output_type": "display_data", "data": self._repr_mimebundle_(), "metadata": {}}
        return Output(outputs=(shown,))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        loader = loader_html(self._component.base)
        return {"text/html": f"{loader}{self._render_html()}", "text/plain": repr(self)}

    def _render_html(self) -> str:
        """The view without a comm: the page asks camrec's server, and nothing of the kernel.

        A comm would stay in the kernel, with a thread, each time the cell is run again.
        """
        document = Document()
        root = self._component.get_root(document)
        add_to_doc(root, document, True)
        shown, _ = render_model(root)
        self._component._cleanup(root)
        state._views.pop(root.ref["id"], None)
        return shown["text/html"].replace("attempts > 200", f"attempts > {BOKEH_LOAD_ATTEMPTS}")


def width_params(width: int | None) -> dict[str, Any]:
    """Panel's parameters for so many pixels, or for as much room as there is."""
    return {"width": width} if width else {"sizing_mode": "stretch_width", "max_width": 640}


_script = ""


def read_page_file(name: str) -> str | None:
    """What a view in a notebook loads by this name from the kernel's server; None: no such file.

    ``notebook.js`` comes before all, and is empty before the first view; `PLOT_FILES` when they are
    asked for.
    """
    if name == "notebook.js":
        return _script
    return plots_json(*PLOT_FILES[name]) if name in PLOT_FILES else None


def loader_html(base_url: str) -> str:
    """HTML that has a notebook's page load BokehJS and Panel's from `base_url`, if it has not.

    `pn.extension` would put them into the cell's output, 6 MB, and again each time the cell is run.
    Who called it has them there, and nothing more is done.
    """
    global _script
    if getattr(_ipython_shell(), "kernel", None) is not None and not panel_extension._loaded:
        _script = _extension_script()
    if not _script:
        return ""
    loader = bundle("kit/notebook_loader.js")
    return f"<script>{loader}.loadPanel({json.dumps(base_url)})</script>"


def _extension_script() -> str:
    """What `pn.extension` would publish."""
    published: list[dict[str, str]] = []
    publish = IPython.display.publish_display_data
    IPython.display.publish_display_data = lambda data, *_, **__: published.append(data)
    try:
        pn.extension(inline=True, browser_info=False)
    finally:
        IPython.display.publish_display_data = publish
    return "\n;\n".join(filter(None, (data.get("application/javascript") for data in published)))


def _ipython_shell() -> Any:
    return IPython.get_ipython() if IPython is not None else None
