"""Cameras whose dialogue MediaMTX does not understand, through the real station."""

from __future__ import annotations

from itertools import pairwise

import pytest
from cameras import odd_dialogues as odd
from cameras.raw_rtsp import RawRtspCamera, encode
from odd_cameras import record

from camrec.errors import CameraError
from camrec.receipt import RecordingWarning
from camrec.station import Station

AGAIN = "by the way that is known"

DIRECT = [RawRtspCamera, odd.FramesBeforeTheReply, odd.NoCseq, odd.QueryToTheLetter]
RELAYED = [
    odd.TwoPayloadTypes,
    odd.MetadataRefused,
    odd.AudioUnderAnotherNumber,
    odd.NoInterleaved,
    odd.ContentBaseWithoutScheme,
    odd.InnerAddresses,
    odd.OtherChannel,
    odd.NoOptions,
    odd.BareDescription,
    odd.NoLength,
    odd.SpacedSession,
    odd.FramesBeforePlay,
    odd.TwoChallengesInOneLine,
    odd.Sha256WithQop,
    odd.Md5Sess,
    odd.BasicUnquoted,
]
SILENT = [odd.BareLineFeeds, odd.LengthTooLong, odd.WrongCseq]


@pytest.fixture
def station(binaries, tmp_path):
    with Station(binaries.config(tmp_path)) as station:
        yield station


def is_whole(recorded, *warnings: RecordingWarning) -> None:
    """Each frame is there; those at the two ends may have been on their way on a busy machine."""
    steps = [later - earlier for earlier, later in pairwise(recorded.times)]
    assert steps == pytest.approx([0.1] * len(steps), abs=0.001)
    assert abs(len(recorded.times) - recorded.sent) <= 2
    assert recorded.receipt.gaps == []
    assert recorded.receipt.warnings == list(warnings)


@pytest.mark.parametrize("kind", DIRECT)
def test_a_camera_that_mediamtx_understands_goes_the_direct_way(station, kind):
    with kind(encode("-g", "10")) as camera:
        is_whole(record(station, camera, 2))
        assert camera.connections == camera.most_at_once == 1


@pytest.mark.parametrize("kind", [*RELAYED, *SILENT])
def test_a_camera_that_mediamtx_refuses_is_relayed(station, kind):
    with kind(encode("-g", "10")) as camera:
        is_whole(record(station, camera, 2))
        assert camera.connections == 2
        is_whole(record(station, camera, 2))
        assert camera.connections == 3
        assert camera.most_at_once == 1


def test_a_camera_that_hangs_up_when_it_asks_for_the_password_is_called_once_more(station):
    with odd.HangsUpAfter401(encode("-g", "10")) as camera:
        is_whole(record(station, camera, 2))
        assert camera.connections == 3  # MediaMTX, and the relay twice
        is_whole(record(station, camera, 2))
        assert camera.connections == 5
        assert camera.most_at_once == 1 and camera.refused == 0


def test_a_user_without_a_password_goes_through_the_relay_at_once(station):
    with odd.EmptyPassword(encode("-g", "10")) as camera:
        is_whole(record(station, camera, 2))
        assert camera.connections == camera.most_at_once == 1 and camera.refused == 0


@pytest.mark.parametrize("kind", [odd.AudioRefused, odd.AudioWithoutParameters])
def test_audio_that_cannot_be_had_costs_the_audio_and_the_receipt_says_so(station, kind):
    codec = "PCMA" if kind is odd.AudioRefused else "MPEG4-GENERIC"
    left_out = RecordingWarning.of("audio_left_out", codec=codec)
    with kind(encode("-g", "10")) as camera:
        for connections in (2, 3):
            is_whole(record(station, camera, 2), left_out)
            assert camera.connections == connections
        assert camera.most_at_once == 1


def test_a_wrong_password_is_tried_twice_and_no_more(station):
    with odd.TwoChallengesInOneLine(encode("-g", "10")) as camera:
        with pytest.raises(CameraError) as refused:
            station.open(camera.url.replace("secret77", "secret78"))
        assert refused.value.code == "camera_wrong_password"
        assert camera.connections == 2 and camera.refused == 2


@pytest.mark.parametrize(
    ("kind", "code", "connections"),
    [(odd.UdpOnly, "camera_udp_only", 2), (odd.Answering400, "camera_rejected", 2)],
)
def test_a_camera_that_cannot_be_had_is_told_as_it_is(station, kind, code, connections):
    with kind(encode("-g", "10")) as camera, pytest.raises(CameraError) as refused:
        station.open(camera.url)
    assert refused.value.code == code
    assert refused.value.facts["host"] == "127.0.0.1"
    assert camera.connections == connections and camera.most_at_once == 1
    for language in ("en", "fr"):
        assert "secret77" not in refused.value.text(language)


def test_a_redirect_within_the_camera_is_followed_and_one_elsewhere_is_not(station):
    with odd.Redirected(encode("-g", "10")) as camera:
        is_whole(record(station, camera, 2))
        # MediaMTX calls again for each redirect, the relay does not.
        assert camera.connections == 3 and camera.most_at_once == 1
