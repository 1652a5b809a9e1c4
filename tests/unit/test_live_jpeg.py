"""JPEG viewers: an MJPEG camera's own bytes, one decoding for all, the newest frame first."""

from __future__ import annotations

import threading
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from camrec.errors import StateError
from camrec.live import JpegFrame, JpegViewer, LiveViews, decoder
from camrec.media import MediaUnit, VideoTrack
from support.cameras import barcode
from support.units_made import SECOND, until
from support.units_made import video_units as made

TIMES = [number / 25 for number in range(50)]


@pytest.fixture
def pictures(feed, clock):
    pictures = LiveViews(feed, clock)
    yield pictures
    pictures.close()


class Viewer:
    """Takes each frame as it comes."""

    def __init__(self, pictures: LiveViews, width: int | None = None, **how: bool) -> None:
        self._ready = threading.Event()
        self.subscription = pictures.subscribe_jpeg(self._ready.set, width, **how)

    def next(self) -> JpegFrame:
        assert self._ready.wait(20)
        self._ready.clear()
        picture = self.subscription.next_frame()
        assert picture is not None
        return picture


def shown(picture: JpegFrame) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)


def number(picture: JpegFrame) -> int | None:
    return barcode.read(shown(picture))


@pytest.mark.parametrize(("codec", "b_frames"), [("h264", 0), ("h264", 2), ("h265", 0)])
def test_a_new_jpeg_viewer_gets_the_newest_frame_of_the_gop_first(feed, pictures, codec, b_frames):
    units = made(TIMES, codec=codec, b_frames=b_frames, gop=50)
    for unit in units[:40]:
        feed.publish(unit)
    first = Viewer(pictures).next()
    # Reordered frames: those that wait for an earlier one cannot be shown yet.
    assert 40 - 1 - 2 * b_frames <= number(first) <= 39
    assert (first.width, first.height) == (320, 240)
    assert first.number == number(first) + 1


def test_a_viewer_that_allows_stale_frames_gets_the_first_of_the_gop_before_the_newest(
    feed, pictures, monkeypatch
):
    units = made(TIMES, gop=50)
    for unit in units[:40]:
        feed.publish(unit)
    seen = threading.Event()
    real = decoder.FrameDecoder.decode

    def patient(self, unit):
        assert unit is not units[1] or seen.wait(20)
        return real(self, unit)

    monkeypatch.setattr(decoder.FrameDecoder, "decode", patient)
    hasty = Viewer(pictures, allow_stale=True)
    calm = Viewer(pictures)
    assert number(hasty.next()) == 0
    assert calm.subscription.next_frame() is None
    seen.set()
    assert number(hasty.next()) == number(calm.next()) == 39


def test_no_frame_before_the_newest_key_frame_is_decoded(feed, pictures, monkeypatch):
    decoded = []
    real = decoder.FrameDecoder.decode

    def noted(self, unit):
        decoded.append(unit)
        return real(self, unit)

    monkeypatch.setattr(decoder.FrameDecoder, "decode", noted)
    units = made(TIMES, gop=10)
    held, going = threading.Event(), threading.Event()
    seen: list[int | None] = []

    def slow() -> None:
        seen.append(number(viewer.next_frame()))
        held.set()
        assert going.wait(20)

    viewer = pictures.subscribe_jpeg(slow)
    feed.publish(units[0])
    assert held.wait(20)
    for unit in units[1:35]:
        feed.publish(unit)
    going.set()
    until(lambda: len(seen) == 2)
    assert seen == [0, 34]
    assert decoded == [units[0], *units[30:35]]


@pytest.mark.parametrize("codec", ["h264", "h265", "mjpeg"])
def test_the_last_frame_is_kept_until_the_stream_continues(feed, pictures, clock, codec):
    units = made(TIMES, codec=codec, gop=25)
    assert pictures.last_frame() is None
    for unit in units[:20]:
        feed.publish(unit)
    assert pictures.last_frame() is None
    feed.interrupt()
    feed.interrupt()
    clock.now = units[19].time + units[19].offset + 60 * SECOND
    last = pictures.last_frame()
    assert number(last) == 19 and last.captured == clock.utc_ns() - 60 * SECOND
    assert pictures.last_frame() is last and pictures.viewers == 0
    feed.publish(units[25])
    assert pictures.last_frame() is None


def test_each_frame_without_reordering_is_shown_at_once(feed, pictures):
    units = made(TIMES, gop=50)
    feed.publish(units[0])
    viewer = Viewer(pictures)
    assert number(viewer.next()) == 0
    for place, unit in enumerate(units[1:10], start=1):
        feed.publish(unit)
        assert number(viewer.next()) == place


def test_the_jpegs_of_an_mjpeg_camera_pass_through_unchanged(feed, pictures, clock):
    units = made(TIMES[:5], codec="mjpeg")
    viewer = Viewer(pictures)
    for unit in units:
        clock.now = unit.arrived + SECOND // 2
        feed.publish(unit)
        picture = viewer.next()
        assert picture.jpeg == unit.data
        assert picture.captured == clock.utc_ns() - SECOND // 2


def test_a_jpeg_says_when_its_frame_was_captured(feed, pictures, clock):
    units = made(TIMES, gop=50)
    for unit in units[:20]:
        feed.publish(unit)
    clock.now = units[19].time + units[19].offset + 3 * SECOND
    assert Viewer(pictures).next().captured == clock.utc_ns() - 3 * SECOND


def test_frames_are_decoded_once_for_all_viewers_and_never_without_one(feed, pictures, monkeypatch):
    encoded = []
    real = decoder.encode_jpeg
    monkeypatch.setattr(
        "camrec.live.jpeg_sizes.encode_jpeg", lambda *of: encoded.append(1) or real(*of)
    )
    units = made(TIMES, gop=50)
    for unit in units[:10]:
        feed.publish(unit)
    assert not encoded and pictures.viewers == 0
    assert not [t for t in threading.enumerate() if t.name == "live-jpeg"]
    viewers = [Viewer(pictures)]
    viewers[0].next()
    # A viewer that comes later gets the newest one at once; it is encoded already.
    viewers += [Viewer(pictures) for _ in range(3)]
    assert all(number(viewer.next()) == 9 for viewer in viewers[1:])
    assert pictures.viewers == 4 and len(encoded) == 1
    feed.publish(units[10])
    seen = {id(viewer.next()) for viewer in viewers}
    assert len(seen) == 1 and len(encoded) == 2
    for viewer in viewers:
        viewer.subscription.close()
    assert pictures.viewers == 0
    assert not [t for t in threading.enumerate() if t.name == "live-jpeg"]
    feed.publish(units[11])
    assert len(encoded) == 2


def test_a_small_viewer_gets_a_small_frame_made_once(feed, pictures, monkeypatch):
    sizes = []
    real = decoder.encode_jpeg

    def counted(frame, size):
        sizes.append(size)
        return real(frame, size)

    monkeypatch.setattr("camrec.live.jpeg_sizes.encode_jpeg", counted)
    units = made(TIMES, gop=50)  # 320x240
    feed.publish(units[0])
    widths = [None, 80, 81, 160, 160, 161, 320, 999]
    viewers = [Viewer(pictures, width) for width in widths]
    assert [viewer.next().width for viewer in viewers] == [320, 80, 160, 160, 160, 320, 320, 320]
    sizes.clear()
    feed.publish(units[1])
    seen = [viewer.next() for viewer in viewers]
    assert sorted(sizes) == [(80, 60), (160, 120), (320, 240)]
    for picture in seen:
        height, width = shown(picture).shape[:2]
        assert (width, height) == (picture.width, picture.height)
        assert number(picture) == 1


def test_mjpeg_has_no_other_size_than_its_own(feed, pictures):
    viewer = Viewer(pictures, 20)
    (unit,) = made(TIMES[:1], codec="mjpeg")
    feed.publish(unit)
    assert viewer.next().jpeg == unit.data


def test_a_jpeg_viewer_that_reads_late_gets_the_newest_frame(feed, pictures):
    lazy = pictures.subscribe_jpeg(lambda: None)
    busy = Viewer(pictures)
    for unit in made(TIMES, gop=50)[:10]:
        feed.publish(unit)
        busy.next()
    assert number(lazy.next_frame()) == 9
    assert lazy.next_frame() is None


def test_a_failing_viewer_does_not_affect_others(feed, pictures, caplog):
    pictures.subscribe_jpeg(lambda: 1 / 0)
    viewer = Viewer(pictures)
    feed.publish(made(TIMES, gop=50)[0])
    assert number(viewer.next()) == 0
    assert "a viewer failed" in caplog.text


def test_frames_after_damage_are_not_shown_until_the_next_key_frame(feed, pictures):
    units = made(TIMES, gop=10)
    viewer = Viewer(pictures)
    feed.publish(units[0])
    viewer.next()
    broken = units[1]
    noise = bytes(range(256)) * 20
    feed.publish(MediaUnit(broken.track, noise, broken.time, broken.offset, broken.arrived, False))
    for unit in units[2:11]:
        feed.publish(unit)
    until(lambda: number(viewer.next()) == 10)
    feed.publish(units[11])
    assert number(viewer.next()) == 11


def test_a_jpeg_viewer_survives_a_size_change_and_a_discontinuity(feed, pictures):
    viewer = Viewer(pictures)
    feed.publish(made(TIMES, gop=50)[0])
    viewer.next()
    feed.publish(made(TIMES, gop=50, size=(160, 120), number=70)[0])
    picture = viewer.next()
    assert (picture.width, picture.height, number(picture)) == (160, 120, 70)
    feed.interrupt()
    # Nothing can be shown before a key frame.
    rest = made(TIMES, gop=3, number=80)
    feed.publish(rest[1])
    feed.publish(rest[3])
    assert number(viewer.next()) == 83


def test_a_snapshot_is_the_newest_frame(feed, pictures):
    with pytest.raises(StateError, match="no frames"):
        pictures.snapshot(timeout=0.05)
    for unit in made(TIMES, gop=50)[:30]:
        feed.publish(unit)
    assert number(pictures.snapshot()) == 29
    assert pictures.viewers == 0


def test_a_snapshot_without_viewers_waits_for_frames_that_were_not_read_yet(
    feed, pictures, clock, monkeypatch
):
    units = made(TIMES, gop=50)
    for unit in units[:30]:
        feed.publish(unit)
    clock.now = units[32].arrived
    real, unread = JpegViewer.next_frame, units[30:33]

    def take(self: JpegViewer) -> JpegFrame | None:
        picture = real(self)
        while unread:
            feed.publish(unread.pop(0))
        return picture

    monkeypatch.setattr(JpegViewer, "next_frame", take)
    assert number(pictures.snapshot()) >= 30
    # The last frame of a camera that went away arrives a moment later.
    clock.now += 60 * SECOND
    assert number(pictures.snapshot()) == 32


@pytest.mark.parametrize("height", [240, 720])
@pytest.mark.parametrize("form", ["yuv420p", "yuvj420p"])
def test_colours_follow_the_range_and_matrix_of_the_camera(height, form):
    """Limited and full range, and the usual matrix for the size if the stream names none."""
    colours = np.array([[255, 255, 255], [0, 0, 0], [128, 128, 128], [200, 40, 40], [40, 40, 200]])
    width = 64 * len(colours)
    row = np.repeat(colours, 64, axis=0).astype(np.uint8)
    picture = np.broadcast_to(row, (height, width, 3)).copy()
    matrix = av.video.reformatter.Colorspace.ITU709 if height >= 720 else 5
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    frame = frame.reformat(format=form, dst_colorspace=matrix)
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = width, height, form
    context.time_base, context.options = Fraction(1, 25), {"crf": "1", "preset": "ultrafast"}
    coded = b"".join(map(bytes, context.encode(frame) + context.encode(None)))
    unit = MediaUnit(VideoTrack("h264", width, height), coded, 0, 0, 0, True)
    (decoded,) = decoder.FrameDecoder().decode(unit)
    jpeg = np.frombuffer(decoder.encode_jpeg(decoded, decoder.jpeg_size(decoded, (1, 1))), np.uint8)
    seen = cv2.cvtColor(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    middle = seen[height // 2, 32::64].astype(int)
    assert np.abs(middle - colours).max() <= 6
