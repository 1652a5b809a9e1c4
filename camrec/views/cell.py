"""What a cell of a notebook needs to show a view."""

from __future__ import annotations

from typing import Any

import panel as pn
from bokeh.models import UIElement
from panel.config import panel_extension
from panel.io.notebook import patch_inline_stylesheets
from panel.io.resources import set_resource_mode
from panel.viewable import Viewer

from camrec.views.component import Component


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

    A notebook needs nothing beside it: the JavaScript comes with the first view.
    """

    def __init__(self, component: pn.viewable.Viewable) -> None:
        super().__init__()
        self._component = component

    def __panel__(self) -> pn.viewable.Viewable:
        return self._component

    def widget(self) -> Any:
        """As an ipywidget; needs jupyter_bokeh."""
        load()
        return pn.ipywidget(self._component)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        load()
        return super()._repr_mimebundle_(include, exclude)


def size_of(width: int | None) -> dict[str, Any]:
    """Panel's parameters for so many pixels, or for as much room as there is."""
    return {"width": width} if width else {"sizing_mode": "stretch_width", "max_width": 640}


_holder: str | None = None


def load() -> None:
    """Have the notebook's page load BokehJS and Panel's JavaScript, from the notebook itself.

    They lie in the output of the first cell that shows a view. That one brings them again when it
    is run again, for its old output is gone then; no other cell does.
    """
    global _holder
    kernel = getattr(_shell(), "kernel", None)
    if kernel is None:
        return
    cell = (kernel.get_parent("shell") or {}).get("metadata", {}).get("cellId")
    if panel_extension._loaded and (_holder is None or cell != _holder):
        return
    pn.extension(inline=True)
    _holder = cell


def _shell() -> Any:
    try:
        from IPython import get_ipython
    except ImportError:
        return None
    return get_ipython()
