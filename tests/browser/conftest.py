"""Fixtures that several tests of the page share."""

from __future__ import annotations

from support.health_page import shown  # noqa: F401
from support.shared_pages import share_page, shared_pages  # noqa: F401
from support.stage import routes, stage, stages  # noqa: F401
from support.studio import ffmpeg, studio  # noqa: F401
