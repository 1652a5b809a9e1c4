"""The page with the coded clock that cameras film for ``camrec calibrate``."""

from __future__ import annotations

from camrec.web.coded_clock.clock_page import render_clock_page
from camrec.web.coded_clock.server import ClockPageServer

__all__ = ["ClockPageServer", "render_clock_page"]
