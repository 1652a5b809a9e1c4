"""Fixtures that several tests with real programs share."""

from __future__ import annotations

import pytest

from camrec.proxies import Go2rtc
from support.command_line import place  # noqa: F401
from support.saved_videos import film, library, save  # noqa: F401
from support.studio import ffmpeg, studio  # noqa: F401


@pytest.fixture(scope="module")
def go2rtc(binaries, tmp_path_factory):
    """A go2rtc that waits for cameras."""
    proxy = Go2rtc(lambda: binaries.go2rtc, tmp_path_factory.mktemp("bin"), 0)
    proxy.ensure_ready()
    yield proxy
    proxy.stop()
