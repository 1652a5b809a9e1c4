"""Shows views in notebook cells."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypedDict

from panel.viewable import Viewer

from camrec.compat import (
    collect_extension_script,
    inline_stylesheets,
    is_extension_loaded,
    render_static_html,
    stylesheets_inlined,
)
from camrec.dashboard.bundler import bundle
from camrec.dashboard.component import Component
from camrec.dashboard.plots import PLOT_FILES, plots_json

if TYPE_CHECKING:
    from bokeh.document import Document
    from bokeh.model import Model
    from ipywidgets import Output
    from pyviz_comms import Comm

MAX_CELL_WIDTH_PX = 640  # of a view whose width the user did not choose


class CellComponent(Component):
    """A component that contains its style sheets, because a notebook may have no server for them.

    In a page of `camrec serve` or `panel serve`, it loads them as all other components do.
    """

    def get_root(
        self, doc: Document | None = None, comm: Comm | None = None, preprocess: bool = True
    ) -> Model:
        served = doc is not None and doc.session_context is not None
        with stylesheets_inlined(not served):
            root = super().get_root(doc, comm, preprocess)
        if not served:
            inline_stylesheets(root)
        return root


class CellView(Viewer):
    """A view of one component, for a notebook cell, a Panel page, or among ipywidgets.

    A notebook needs no preparation: the page loads the JavaScript with the first view.
    """

    def __init__(self, component: CellComponent) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Panel has no type for it
        self._component = component

    def __panel__(self) -> CellComponent:
        return self._component

    def widget(self) -> Output:
        """Return the view as an ipywidget, to combine it with others."""
        from ipywidgets import Output

        shown = {"output_type": "display_data", "data": self._repr_mimebundle_(), "metadata": {}}
        return Output(outputs=(shown,))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Return what IPython displays. The page needs camrec's server, but not the kernel."""
        loader = loader_html(self._component.base)
        html = render_static_html(self._component)
        return {"text/html": f"{loader}{html}", "text/plain": repr(self)}


class WidthParams(TypedDict, total=False):
    """Panel's parameters for the width of a component."""

    width: int
    max_width: int
    sizing_mode: str


def width_params(width: int | None) -> WidthParams:
    """Return the parameters for a width in pixels, or for the width of the container."""
    if width:
        return {"width": width}
    return {"sizing_mode": "stretch_width", "max_width": MAX_CELL_WIDTH_PX}


# The script that a notebook's page loads once for all views. It belongs to the process, as
# `pn.extension` does: a cell sets it, and the kernel's server delivers it from another thread.
_notebook_script = ""


def read_page_file(name: str) -> str | None:
    """Return the file that a view in a notebook loads by this name from the kernel's server.

    The page loads ``notebook.js`` before everything else; it is empty before the first view. It
    loads the `PLOT_FILES` when the user opens the statistics. None: there is no such file.
    """
    if name == "notebook.js":
        return _notebook_script
    return plots_json(*PLOT_FILES[name]) if name in PLOT_FILES else None


def loader_html(base_url: str) -> str:
    """Return HTML that makes a notebook's page load BokehJS and Panel's JavaScript if needed.

    `pn.extension` would put these 6 MB into the output of each cell that shows a view. If the user
    has called `pn.extension`, the page has both, and the result is empty.

    base_url : the base URL of the kernel's server.
    """
    global _notebook_script
    if _is_kernel() and not is_extension_loaded():
        _notebook_script = collect_extension_script()
    if not _notebook_script:
        return ""
    loader = bundle("kit/notebook_loader.js")
    return f"<script>{loader}.loadPanel({json.dumps(base_url)})</script>"


def _is_kernel() -> bool:
    """Return whether this process is the kernel of a notebook."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return getattr(get_ipython(), "kernel", None) is not None
