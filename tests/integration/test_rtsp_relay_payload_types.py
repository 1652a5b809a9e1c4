"""Packets of a payload type that a camera did not describe."""

from __future__ import annotations

import pytest

from camrec.rtsp_relay.payload_types import MAX_STRANGER_PACKETS, PayloadTypes


def test_an_undescribed_payload_type_is_the_video_until_the_described_one_arrives():
    types = PayloadTypes(96, [96])
    assert types.is_video(97) and types.is_video(97)
    assert types.is_video(96)
    assert not types.is_video(97) and types.is_video(96)


@pytest.mark.parametrize("number", [0, 50, 72, 98])
def test_a_payload_type_with_another_meaning_is_never_the_video(number):
    types = PayloadTypes(96, [96, 98])
    assert not any(types.is_video(number) for _ in range(2 * MAX_STRANGER_PACKETS))


def test_a_changed_payload_type_is_followed_once_the_old_one_has_stopped():
    types = PayloadTypes(96)
    assert types.is_video(96)
    for _ in range(5):  # something else between its own packets
        assert not any(types.is_video(97) for _ in range(MAX_STRANGER_PACKETS - 1))
        assert types.is_video(96)
    taken = [types.is_video(97) for _ in range(MAX_STRANGER_PACKETS + 5)]
    assert taken == [False] * (MAX_STRANGER_PACKETS - 1) + [True] * 6
