"""Corrections of Panel and Bokeh for the page."""

from __future__ import annotations

import warnings

from bokeh.util.warnings import BokehUserWarning

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
