"""H.264 viewers: first the GOP, then each frame; one that falls behind waits for a key frame."""

from __future__ import annotations

import pytest

from camrec.feed import Feed
from camrec.live import H264Packet, H264Viewer, LiveViews, codec_string
from camrec.media import VideoTrack
from support.units_made import SECOND, MadeClock, video_units

TIMES = [number / 25 for number in range(300)]
FRAME = SECOND // 25


@pytest.fixture
def room(feed, clock):
    room = LiveViews(feed, clock)
    yield room
    room.close()


class Camera:
    """Publishes its units one by one, with its clock at the arrival of each."""

    def __init__(self, feed: Feed, clock: MadeClock, **how: object) -> None:
        self._feed, self._clock = feed, clock
        self.units = video_units(TIMES, **how)
        self._next = iter(self.units)

    def send(self, count: int = 1) -> None:
        for _ in range(count):
            unit = next(self._next)
            self._clock.now = unit.arrived
            self._feed.publish(unit)


def joined(room: LiveViews) -> H264Viewer:
    """A viewer that is woken for each frame, and takes frames when the test says so."""
    found: list[H264Viewer] = []
    found.append(room.subscribe_h264(lambda: [each.process_pending() for each in found]))
    return found[0]


def taken(viewer: H264Viewer) -> list[H264Packet]:
    return list(iter(viewer.next_packet, None))


def test_a_new_viewer_gets_the_gop_and_shows_only_its_first_and_newest_frames(feed, room, clock):
    camera = Camera(feed, clock, gop=50)
    camera.send(80)
    viewer = joined(room)
    begun = taken(viewer)
    assert [each.data for each in begun] == [unit.data for unit in camera.units[50:80]]
    assert [each.key for each in begun] == [True] + [False] * 29
    assert [each.skip_display for each in begun] == [False] + [True] * 28 + [False]
    for place in (80, 81):
        camera.send()
        (packet,) = taken(viewer)
        assert packet.data == camera.units[place].data and not packet.skip_display
        assert packet.number == place - 49


def test_a_slow_viewer_gets_a_long_gop_completely(feed, room, clock):
    camera = Camera(feed, clock, gop=250)
    camera.send(200)
    viewer = joined(room)
    seen = []
    # Two are decoded while one arrives: although it is eight seconds behind, nothing is skipped.
    for _ in range(40):
        camera.send()
        seen += [viewer.next_packet() for _ in range(2)]
    seen += taken(viewer)
    assert [each.number for each in seen] == list(range(1, 241))
    assert [each.number for each in seen if not each.skip_display] == [1, 240]


def test_a_viewer_of_a_long_gop_continues_at_a_newer_key_frame(feed, room, clock):
    camera = Camera(feed, clock, gop=250)
    camera.send(240)
    viewer = joined(room)
    assert viewer.next_packet().key
    camera.send(20)
    rest = taken(viewer)
    assert rest[0].key and [each.number for each in rest] == list(range(251, 261))


def test_a_viewer_one_second_behind_catches_up_without_showing_the_missed_frames(feed, room, clock):
    camera = Camera(feed, clock, gop=250)
    camera.send(10)
    viewer = joined(room)
    assert len(taken(viewer)) == 10
    camera.send(40)
    missed = taken(viewer)
    assert [each.number for each in missed] == list(range(11, 51))
    assert [each.skip_display for each in missed] == [True] * 39 + [False]


def test_a_viewer_far_behind_continues_at_the_next_key_frame(feed, room, clock):
    camera = Camera(feed, clock, gop=150)
    camera.send(10)
    viewer = joined(room)
    assert len(taken(viewer)) == 10
    camera.send(110)
    assert viewer.next_packet() is None
    camera.send(40)
    assert [each.number for each in taken(viewer)] == list(range(151, 161))


def test_the_queue_of_a_viewer_is_no_longer_than_the_gop(feed, room, clock):
    camera = Camera(feed, clock, gop=20)
    viewer = joined(room)
    camera.send(290)
    assert len(taken(viewer)) <= 20


def test_a_viewer_that_is_always_a_little_behind_shows_some_frames(feed, room, clock):
    camera = Camera(feed, clock, gop=300)
    viewer = joined(room)
    camera.send()
    assert not viewer.next_packet().skip_display
    camera.send(5)
    passing = []
    for _ in range(250):
        camera.send()
        passing.append(viewer.next_packet().skip_display)
    # Five wait all the time; five per second are shown all the same.
    assert passing.count(False) == 250 // 5


def test_no_packet_follows_a_discontinuity_before_a_key_frame(feed, room, clock):
    camera = Camera(feed, clock, gop=10)
    camera.send(5)
    viewer = joined(room)
    assert len(taken(viewer)) == 5
    camera.send()
    feed.interrupt()
    camera.send(4)
    assert taken(viewer) == []
    camera.send(2)
    assert [each.number for each in taken(viewer)] == [11, 12]


def test_packets_of_another_track_start_at_its_key_frame(feed, room, clock):
    camera = Camera(feed, clock, gop=50)
    camera.send(3)
    viewer = joined(room)
    first = taken(viewer)
    other = video_units(TIMES[:30], gop=20, size=(160, 120))
    for unit in other[18:25]:
        feed.publish(unit)
    rest = taken(viewer)
    assert [each.data for each in rest] == [unit.data for unit in other[20:25]]
    assert rest[0].key and rest[0].track is not first[-1].track


def test_h264_packets_of_reordered_frames_have_their_display_times(feed, room, clock):
    camera = Camera(feed, clock, gop=50, b_frames=2)
    viewer = joined(room)
    seen = []
    for _ in range(40):
        camera.send()
        seen += taken(viewer)
    captured = [each.captured for each in seen]
    assert captured != sorted(captured)
    expected = [unit.time - camera.units[0].time for unit in camera.units[:40]]
    assert [each - captured[0] for each in captured] == expected


def test_a_packet_says_when_its_frame_was_captured(feed, room, clock):
    camera = Camera(feed, clock)
    camera.send()
    viewer = joined(room)
    unit = camera.units[0]
    clock.now = unit.time + unit.offset + 3 * SECOND
    assert viewer.next_packet().captured == clock.utc_ns() - 3 * SECOND


@pytest.mark.parametrize("codec", ["h265", "mjpeg"])
def test_a_camera_of_another_codec_has_no_h264_packets(feed, room, codec, clock):
    camera = Camera(feed, clock)
    camera.send(3)
    viewer = joined(room)
    assert not viewer.codec_unsupported
    feed.publish(video_units(TIMES[:1], codec=codec)[0])
    assert viewer.next_packet() is None and viewer.codec_unsupported


def test_a_viewer_that_reads_nothing_for_long_restarts_at_the_current_gop(
    feed, room, clock, monkeypatch
):
    monkeypatch.setattr("camrec.live.h264_viewer.MAX_H264_QUEUE_BYTES", 10_000)
    camera = Camera(feed, clock, gop=50)
    viewer = room.subscribe_h264(lambda: None)
    camera.send(130)
    begun = taken(viewer)
    assert [each.data for each in begun] == [unit.data for unit in camera.units[100:130]]


def test_viewers_are_counted_and_end_with_the_session(feed, room, clock):
    viewers = [joined(room), joined(room)]
    room.subscribe_jpeg(lambda: None)
    assert room.viewers == 3 and room.lag is None
    viewers[0].lag, viewers[1].lag = 0.5, 0.25
    assert room.lag == 0.5
    viewers[0].close()
    viewers[0].close()
    assert room.viewers == 2 and room.lag == 0.25
    room.close()
    assert room.viewers == 0
    room.subscribe_h264(lambda: None)
    assert room.viewers == 0


def test_the_codec_string_is_the_browser_s_name_of_the_codec():
    sequence = bytes.fromhex("6764001facd9405005bb011000000300100000030320f1831960")
    track = VideoTrack("h264", 1280, 720, parameters=b"\0\0\0\1" + sequence)
    assert codec_string(track) == "avc1.64001F"
