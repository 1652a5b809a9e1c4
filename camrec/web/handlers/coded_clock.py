"""The endpoint ``/calibrate``: the page with the coded clock."""

from __future__ import annotations

from camrec.web.coded_clock import render_clock_page
from camrec.web.handlers.base import ApiHandler
from camrec.web.page_language import choose_page_language


class CodedClockHandler(ApiHandler):
    """``GET /calibrate``"""

    def get(self) -> None:
        """Send the page."""
        language = choose_page_language(self.request, self.station.config)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.write(render_clock_page(language))
