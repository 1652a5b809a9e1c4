"""Fixtures that several tests with real programs share."""

from __future__ import annotations

from support.command_line import place  # noqa: F401
from support.saved_videos import film, library, save  # noqa: F401
from support.studio import ffmpeg, studio  # noqa: F401
