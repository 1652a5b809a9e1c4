"""Corrections of Panel and Bokeh for the page."""

from __future__ import annotations

import hashlib
import warnings
from typing import Any

from bokeh.document import Document
from bokeh.settings import settings
from bokeh.util.warnings import BokehUserWarning
from panel.custom import JSComponent
from panel.io.resources import LOCAL_DIST
from panel.io.state import state

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


def use_own_server_only(document: Document) -> None:
    """Let a page load scripts and style sheets from the server that serves it, and only there.

    Library: Panel, the template variable ``dist_url`` of a document, and
    ``panel.io.resources.LOCAL_DIST``, 1.0 to 1.9; Bokeh, the setting ``resources``, 3.0 to 3.9.
    Reason: the address of each of Panel's style sheets is one of its CDN. Panel replaces it when it
    delivers the page. If a slow browser connects only after the server has discarded the session of
    that page, it gets another session, whose addresses were never replaced. And with
    BOKEH_RESOURCES=cdn in the environment, the scripts come from a CDN, too.
    If it is gone: look at the requests of a page whose session was discarded before it connected.
    """
    settings.resources.set_value("server")
    base = f"{state.rel_path}/" if state.rel_path else ""
    document.template_variables["dist_url"] = base + LOCAL_DIST


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
