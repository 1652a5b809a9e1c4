"""What an FFmpeg supports, from what it prints."""

from __future__ import annotations

import pytest

from camrec.recording.ffmpeg_args import features_from_help

HYBRID = "  hybrid_fragmented     E..........   For recoverability write a fragmented file"


@pytest.mark.parametrize(
    ("version", "muxer_help", "is_used"),
    [
        ("ffmpeg version 7.1-essentials_build Copyright (c) 2000-2024", HYBRID, False),
        ("ffmpeg version n7.1.1 Copyright", HYBRID, False),
        ("ffmpeg version 8.0 Copyright", HYBRID, True),
        ("ffmpeg version N-12345-gabc Copyright", HYBRID, True),
        ("ffmpeg version 5.1.6-0+deb12u1 Copyright", "", False),
    ],
)
def test_hybrid_mp4_is_not_used_where_it_is_missing_or_broken(version, muxer_help, is_used):
    assert features_from_help(version, muxer_help, "").hybrid_mp4 is is_used
