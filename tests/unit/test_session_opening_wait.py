"""How long a session waits for a camera that opens, and how long it may be silent afterwards."""

from __future__ import annotations

import random
from bisect import bisect

import pytest

from camrec.camera_address import parse_address
from camrec.session.frame_silence import FrameSilence
from camrec.session.opening_wait import FIRST_MEDIA_TIMEOUT_S, KEY_FRAME_TIMEOUT_S, OpeningWait
from camrec.session.probe import StreamProbe
from support.units_made import SECOND, video_units

SOURCE = parse_address("rtsp://10.0.0.1/x")


def seconds(clock, wait: OpeningWait, probe: StreamProbe, received, most: int = 200) -> int:
    """After how many whole seconds the wait is over, if `received(second)` has arrived."""
    began = clock.now
    for second in range(most):
        clock.now = began + second * SECOND
        wait.note(clock.now, probe, received(second))
        if wait.is_timed_out(clock.now):
            return second
    raise AssertionError("never over")


def test_a_camera_that_says_nothing_has_failed_after_fifteen_seconds(clock):
    wait = OpeningWait(clock.now)
    assert seconds(clock, wait, StreamProbe(clock), lambda _: None) == FIRST_MEDIA_TIMEOUT_S
    assert (wait.waiting_for, wait.error(SOURCE).code) == ("answer", "camera_no_answer")


def test_a_camera_that_answers_without_media_fails_after_fifteen_seconds(clock):
    wait = OpeningWait(clock.now)
    assert seconds(clock, wait, StreamProbe(clock), lambda _: 0) == FIRST_MEDIA_TIMEOUT_S
    assert (wait.waiting_for, wait.error(SOURCE).code) == ("media", "camera_no_picture")


def test_a_camera_that_sends_media_gets_ninety_seconds_for_a_key_frame(clock):
    wait = OpeningWait(clock.now)
    assert (
        seconds(clock, wait, StreamProbe(clock), lambda second: 1000 * second)
        == KEY_FRAME_TIMEOUT_S
    )
    assert (wait.waiting_for, wait.error(SOURCE).code) == ("key_frame", "camera_no_key_frame")


def test_a_camera_whose_frames_the_proxy_withholds_changes_its_route_soon(clock):
    """Counted from the first media: the time until the camera answers is not the proxy's fault."""
    wait = OpeningWait(clock.now, key_frame_timeout=5.0)
    assert (
        seconds(clock, wait, StreamProbe(clock), lambda second: 1000 * max(0, second - 3)) == 4 + 5
    )
    assert (wait.error(SOURCE).code, wait.error(SOURCE).facts["seconds"]) == (
        "camera_no_key_frame",
        5,
    )


def sent(rate: float, every: float, key: int, frame: int = 1000):
    """The bytes after so many seconds: a key frame every `every` seconds, none at the start."""

    def received(second: float) -> int:
        keys = int(second / every)
        return int(second * rate) * frame + keys * (key - frame)

    return received


def held_back_after(clock, received, key_frame: float = 65.0) -> float:
    began, wait = clock.now, OpeningWait(clock.now, key_frame_timeout=key_frame)
    probe, before = StreamProbe(clock), -1
    for look in range(5000):
        clock.now = began + look * SECOND // 50
        came = received(look / 50)
        wait.note(clock.now, probe, came)
        # Between two frames only time passes: then it is checked less often.
        if (came != before or look % 10 == 0) and wait.is_timed_out(clock.now):
            return look / 50
        before = came
    raise AssertionError("never over")


@pytest.mark.parametrize(("rate", "every"), [(10, 1), (25, 1), (25, 2), (12.5, 2), (5, 2)])
def test_a_camera_whose_key_frames_the_proxy_withholds_changes_its_route_after_five_seconds(
    clock, rate, every
):
    assert held_back_after(clock, sent(rate, every, 4000)) <= max(5.5, 5 * every)


@pytest.mark.parametrize(("rate", "every"), [(2, 60), (10, 60), (25, 60), (0.5, 64)])
def test_a_camera_between_two_key_frames_keeps_its_first_connection(clock, rate, every):
    assert held_back_after(clock, sent(rate, every, 4000)) >= 65


@pytest.mark.parametrize("every", [0.2, 0.4])
def test_large_packets_of_metadata_several_times_a_second_are_no_key_frames(clock, every):
    """On a busy machine no frame may be passed on for five seconds, although key frames came."""
    assert held_back_after(clock, sent(25, every, 20_000)) >= 65


def test_frames_that_arrive_in_random_bursts_are_no_key_frames(clock):
    """A busy machine, or a wireless network: nothing for a while, then several frames at once."""
    for seed in range(6):
        chance = random.Random(seed)
        arrivals, at = [], 0.0
        for number in range(600):
            at = max(at, number / 10) + (chance.random() < 0.1) * chance.uniform(0.2, 0.6)
            arrivals.append(at)
        assert held_back_after(clock, lambda second, a=arrivals: 1000 * bisect(a, second)) >= 65


def test_a_camera_that_sends_nothing_is_not_withheld_by_the_proxy(clock):
    wait = OpeningWait(clock.now, key_frame_timeout=5.0)
    assert seconds(clock, wait, StreamProbe(clock), lambda _: 0) == FIRST_MEDIA_TIMEOUT_S
    assert wait.error(SOURCE).code == "camera_no_picture"


def test_a_camera_whose_media_stops_gets_fifteen_more_seconds(clock):
    wait = OpeningWait(clock.now)
    over = seconds(clock, wait, StreamProbe(clock), lambda second: 1000 * min(second, 20))
    assert over == 20 + FIRST_MEDIA_TIMEOUT_S
    assert wait.error(SOURCE).code == "camera_no_picture"


@pytest.mark.parametrize("codec", ["h264", "h265", "mjpeg"])
@pytest.mark.parametrize("b_frames", [0, 2])
def test_a_whole_key_frame_is_enough_to_be_decoded(clock, codec, b_frames):
    key = video_units([0.0], codec=codec, b_frames=0 if codec == "mjpeg" else b_frames)[0]
    probe = StreamProbe(clock, required_frames=1)
    probe.add(key)
    assert not probe.passed
    probe.decode_pending()
    assert probe.passed


def test_ten_frames_without_a_key_frame_are_not_live(clock):
    probe = StreamProbe(clock)
    for unit in video_units([each / 25 for each in range(20)])[1:]:
        probe.add(unit)
    probe.decode_pending()
    clock.now += 5 * SECOND
    assert probe.frames_seen >= 10 and not probe.passed


def play(feed, clock, times) -> None:
    begin = clock.now
    for unit in video_units(times, gop=1, begin=begin):
        clock.now = unit.arrived
        feed.publish(unit)


def test_a_camera_of_ten_frames_a_second_is_lost_after_five_seconds(feed, clock):
    silence = FrameSilence(feed, clock)
    play(feed, clock, [each / 10 for each in range(20)])
    assert silence.stale_after == silence.lost_after == silence.reconnect_timeout == 5


def test_a_camera_with_a_frame_every_eight_seconds_is_lost_after_forty(feed, clock):
    silence = FrameSilence(feed, clock)
    play(feed, clock, [0.0])
    assert (silence.stale_after, silence.lost_after) == (FIRST_MEDIA_TIMEOUT_S, KEY_FRAME_TIMEOUT_S)
    play(feed, clock, [8.0, 16.0, 24.0])
    assert silence.stale_after == silence.lost_after == pytest.approx(40)
    assert silence.reconnect_timeout == pytest.approx(16)


def test_an_hour_in_which_the_computer_slept_is_not_taken_for_a_silence_of_the_camera(feed, clock):
    """On Windows the clock counts that hour; the test's clock jumps in place of a sleep."""
    silence = FrameSilence(feed, clock)
    play(feed, clock, [each / 10 for each in range(20)])
    silence.learn()
    clock.now += 3600 * SECOND
    play(feed, clock, [0.0])
    silence.learn()
    assert silence.stale_after == silence.lost_after == 5


def test_a_camera_that_is_silent_between_bursts_is_disconnected_only_once(feed, clock):
    """A silence that the camera has once ended by itself is normal, and camrec stays connected."""
    silence = FrameSilence(feed, clock)
    burst = [each / 25 for each in range(50)]
    play(feed, clock, burst)
    assert silence.lost_after == 5
    silence.note_disconnect(was_silent=True)
    feed.interrupt()
    play(feed, clock, [0.0])
    assert silence.lost_after == KEY_FRAME_TIMEOUT_S
    silence.learn()
    clock.now += 30 * SECOND
    play(feed, clock, [0.0])
    silence.learn()
    play(feed, clock, [each + 0.04 for each in burst])
    assert silence.lost_after == pytest.approx(90, abs=1)
