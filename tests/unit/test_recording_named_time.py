"""The time in the name of a video."""

from __future__ import annotations

import pytest

from camrec.clock import NS_PER_SECOND
from camrec.recording.finalize import choose_named_time

START = 1_790_000_000 * NS_PER_SECOND


@pytest.mark.parametrize(
    ("first_frame_s", "named_s"),
    [
        (-0.015, 0),  # the frame that was on the screen at the start
        (-1, 0),
        (-1.5, -1.5),  # frames from before Record was pressed
        (0, 0),
        (0.2, 0.2),
        (7, 7),  # the camera was late
    ],
)
def test_the_name_has_the_start_if_the_first_frame_is_a_moment_earlier(first_frame_s, named_s):
    first_frame = START + round(first_frame_s * NS_PER_SECOND)
    assert choose_named_time(first_frame, START) == START + round(named_s * NS_PER_SECOND)
