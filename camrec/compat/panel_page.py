"""Corrections of Panel and Bokeh for the page."""

from __future__ import annotations

import hashlib
import warnings
from typing import Any

from bokeh.document import Document
from bokeh.util.warnings import BokehUserWarning
from panel.custom import JSComponent

# Library: Panel, the class "scroll-button" inside a Column's shadow root, 1.0 to 1.9.
# Reason: the cards are in a grid that is as tall as its cards, so there is nothing to scroll.
# If it is gone: inspect the elements of a Column in the browser, and hide those that do not belong.
HIDE_SCROLL_BUTTON_CSS = ".scroll-button { display: none !important; }"


def ignore_known_reference_warnings() -> None:
    """Silence a warning of Bokeh that does not matter for camrec.

    Library: Bokeh, the warning "reference already known" of `bokeh.core.serialization`, 3.0 to 3.9.
    Reason: a component that was added to a page is sent again with its first message.
    If it is gone: delete this function. If only its text has changed, tests fail with the warning:
    change the text here.
    """
    warnings.filterwarnings("ignore", "reference already known", BokehUserWarning)


class PlainScriptComponent(JSComponent):
    """A component whose script is JavaScript, which the browser runs as it is.

    Library: Panel, the property `bundle` of a component's model, and the method `_get_properties`
    that fills it, 1.6 to 1.9.
    Reason: Panel takes every script for TypeScript and translates it in the browser, which takes
    longer than anything else that the page does at its start. This JavaScript needs none of it.
    If it is gone: derive from JSComponent. The page works as before and is there later.
    """

    def _get_properties(self, doc: Document | None) -> dict[str, Any]:
        properties: dict[str, Any] = super()._get_properties(doc)
        properties["bundle"] = hashlib.sha256(properties["esm"].encode()).hexdigest()
        return properties
