"""Films with odd frames, and whether a video shows all frames of one."""

from __future__ import annotations

import itertools

from camrec.recording import verify_video
from support.cameras.coded import numbers
from support.cameras.raw_rtsp import encode
from support.odd_cameras import Recorded

X265 = "keyint=10:bframes=0:log-level=none:repeat-headers=1:pools=1:frame-threads=1"


def assert_follow(found: list[int], count: int) -> None:
    """Each frame is the next one of the film, which repeats from its start."""
    assert -1 not in found
    assert all(later == (one + 1) % count for one, later in itertools.pairwise(found)), found


def assert_whole(
    recorded: Recorded, pictures, connections: int, at_end: int = 1, rate: int = 10
) -> None:
    """One video, one segment, and every frame once: each follows the one before.

    What was on its way at the start or at the end may be in the video or not, as many frames as
    half a second has. Of reordered frames, up to `at_end` still wait for others then.
    """
    receipt = recorded.receipt
    assert connections == 1
    assert (receipt.parts, receipt.gaps, receipt.playable) == (1, [], True)
    assert recorded.has_all(late=rate // 2 + at_end), (len(recorded.times), recorded.sent)
    assert_follow(numbers(recorded.path, pictures)[: -at_end or None], len(pictures))
    assert verify_video(recorded.path).faults == {}


def alternating(codec: str = "h264") -> tuple[tuple[bytes, ...], ...]:
    """Each key frame has other parameter sets than the one before, under the same numbers."""

    def coarse(qp: int):
        if codec == "h264":
            return encode("-g", "10", "-qp", str(qp), "-x264-params", "scenecut=0", seconds=4)
        options = f"{X265}:qp={qp}:cu-qp-delta=1"
        return encode("-x265-params", options, codec="libx265", container="hevc", seconds=4)

    fine, coarse_ones = coarse(18), coarse(42)
    return tuple(
        frame
        for at in range(0, 40, 10)
        for frame in (*fine[at : at + 10], *coarse_ones[at : at + 10])
    )


OPEN = "open-gop=1:bframes=2:b-adapt=0:keyint=12:min-keyint=12:scenecut=0:repeat-headers=1"
FIRST = 9  # the first frame of the second GOP: it is no IDR frame, and two are shown before it


def turned(jpeg: bytes, orientation: int) -> bytes:
    """With an Exif orientation."""
    tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01" + bytes([0, orientation]) + bytes(6)
    return (
        jpeg[:2] + b"\xff\xe1" + (8 + len(tiff)).to_bytes(2, "big") + b"Exif\0\0" + tiff + jpeg[2:]
    )
