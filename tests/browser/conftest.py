"""Fixtures that several tests of the page share."""

from __future__ import annotations

from support.studio import ffmpeg, studio  # noqa: F401
from support.unwell_page import shown  # noqa: F401
