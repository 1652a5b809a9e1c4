"""The feed: nobody delays it, nobody misses a unit, and its GOP and figures are right."""

from __future__ import annotations

import threading

import pytest

from camrec.feed import DISCONTINUITY, Feed, gop_buffer
from camrec.media import MediaUnit, StreamNotice, VideoTrack
from support.units_made import SECOND, audio_units, mixed, video_units

FRAME = SECOND // 25
TRACK = VideoTrack("h264", 64, 48)


def unit(number: int, *, key: bool = False, size: int = 100, lost: int = 0) -> MediaUnit:
    moment = number * FRAME
    return MediaUnit(TRACK, bytes(size), moment, 0, 1000 * SECOND + moment, key, lost)


def film(count: int, gop: int = 5) -> list[MediaUnit]:
    return [unit(number, key=number % gop == 0) for number in range(count)]


def test_a_feed_counts_why_its_stream_broke(feed, clock):
    feed.interrupt("camera_silent")
    clock.now += SECOND
    since = clock.now
    feed.interrupt("connection_broke")
    feed.interrupt()
    feed.interrupt("connection_broke")
    assert feed.interruptions(since) == {"connection_broke": 2}
    assert feed.interruptions(0) == {"camera_silent": 1, "connection_broke": 2}


def test_every_subscriber_gets_every_unit_in_order(feed):
    early = feed.subscribe(max_bytes=1 << 20)
    units = film(7)
    for each in units:
        feed.publish(each)
    late = feed.subscribe(max_bytes=1 << 20)
    feed.publish(units[-1])
    assert early.take_all() == [*units, units[-1]]
    assert late.take_all() == [*units[5:], units[-1]]
    assert early.take_all() == []


def test_the_feed_signals_when_its_last_low_latency_subscriber_leaves(feed):
    told = []
    feed.low_latency_changed.connect(lambda: told.append(feed.low_latency))
    patient = feed.subscribe(max_bytes=1 << 20, low_latency=False)
    assert not feed.low_latency
    viewer = feed.subscribe(max_bytes=1 << 20)
    patient.set_low_latency(True)
    viewer.close()
    assert feed.low_latency
    patient.set_low_latency(False)
    patient.set_low_latency(False)
    assert told == [True, False]


def test_units_published_together_notify_a_subscriber_once(feed):
    woken = []
    subscription = feed.subscribe(max_bytes=1 << 20, on_ready=lambda: woken.append(1))
    units = film(7)
    feed.publish(*units)
    assert subscription.take_all() == units
    assert len(woken) == 1
    assert feed.current_gop() == tuple(units[5:])


def test_a_slow_subscriber_overflows_alone(feed):
    slow = feed.subscribe(max_bytes=250)
    fast = feed.subscribe(max_bytes=250)
    units = film(6)
    for place, each in enumerate(units):
        feed.publish(each)
        assert fast.take_all() == [each]
        assert slow.overflowed == (place >= 2)
    assert not fast.overflowed
    assert slow.take_all() == units[:2]
    feed.publish(unit(6))
    assert slow.take_all() == [] and slow.wait(0)


def test_the_initial_gop_does_not_count_against_the_queue_limit(feed):
    for each in film(5):
        feed.publish(each)
    subscription = feed.subscribe(max_bytes=150)
    feed.publish(unit(5))
    assert not subscription.overflowed
    assert len(subscription.take_all()) == 6


def test_on_ready_is_called_once_until_all_units_are_taken(feed):
    told = []
    subscription = feed.subscribe(max_bytes=1 << 20, on_ready=lambda: told.append(len(told)))
    feed.publish(unit(0, key=True))
    feed.publish(unit(1))
    assert told == [0]
    subscription.take_all()
    feed.publish(unit(2))
    assert told == [0, 1]
    # A subscriber that starts with a GOP is notified at once.
    feed.subscribe(max_bytes=1 << 20, on_ready=lambda: told.append("group"))
    assert told == [0, 1, "group"]


def test_on_ready_is_called_on_overflow_and_at_the_end(feed):
    told = []
    subscription = feed.subscribe(max_bytes=10, on_ready=lambda: told.append(1))
    feed.publish(unit(0, key=True))
    assert subscription.overflowed and told == [1]
    feed.close()
    assert subscription.closed and len(told) == 2


def test_a_failing_subscriber_does_not_affect_others(feed, caplog):
    feed.subscribe(max_bytes=1000, on_ready=lambda: 1 / 0)
    healthy = feed.subscribe(max_bytes=1000)
    feed.publish(unit(0, key=True))
    assert len(healthy.take_all()) == 1
    assert "a subscriber failed" in caplog.text


def test_wait_wakes_for_a_unit_and_for_the_end(feed):
    subscription = feed.subscribe(max_bytes=1000)
    assert not subscription.wait(0)
    for wake in (lambda: feed.publish(unit(0, key=True)), subscription.close):
        woken: list[bool] = []
        waiting = threading.Thread(target=lambda woken=woken: woken.append(subscription.wait(20)))
        waiting.start()
        wake()
        waiting.join()
        assert woken == [True]
        subscription.take_all()
    feed.publish(unit(1))
    assert subscription.take_all() == []


def test_a_subscriber_gets_only_the_medium_that_it_wants(feed):
    units = mixed(video_units([0.0, 0.04], gop=2), audio_units(0.1))
    video = feed.subscribe(max_bytes=1 << 20, media=("video",))
    both = feed.subscribe(max_bytes=1 << 20)
    for each in units:
        feed.publish(each)
    assert [each.track.medium for each in video.take_all()] == ["video", "video"]
    assert both.take_all() == units


def test_a_subscriber_that_joins_at_any_time_misses_and_repeats_no_unit(feed):
    units = film(3000, gop=50)
    taken: list[list[MediaUnit]] = []

    def follow() -> None:
        subscription = feed.subscribe(max_bytes=1 << 30)
        seen: list[MediaUnit] = []
        while not subscription.closed:
            subscription.wait(20)
            seen += subscription.take_all()
        taken.append(seen + subscription.take_all())

    def publish() -> None:
        for each in units:
            feed.publish(each)

    publisher = threading.Thread(target=publish)
    followers = [threading.Thread(target=follow) for _ in range(20)]
    publisher.start()
    for follower in followers:
        follower.start()
    publisher.join()
    feed.close()
    for follower in followers:
        follower.join()
    assert len(taken) == 20
    for seen in taken:
        assert seen == units[len(units) - len(seen) :]
        assert not seen or seen[0].key


def test_the_current_gop_contains_the_audio_of_its_time(feed):
    units = mixed(video_units([number / 25 for number in range(30)], gop=25), audio_units(1.2))
    key = next(u for u in reversed(units) if u.track.medium == "video" and u.key)
    # The audio comes before its frame, as if the camera's encoder was slow.
    sounds = [u for u in units if u.track.medium == "audio"]
    for each in sounds[:50]:
        feed.publish(each)
    for each in (u for u in units if u.track.medium == "video"):
        feed.publish(each)
    found = feed.current_gop()
    began = key.time + key.offset
    assert found[0] is key
    assert [u for u in found if u.track.medium == "audio"] == [
        u for u in sounds[:50] if u.time + u.offset >= began
    ]
    assert sum(u.track.medium == "video" for u in found) == 5


def test_a_gop_that_is_too_large_is_dropped_until_the_next_key_frame(feed, monkeypatch):
    monkeypatch.setattr(gop_buffer, "MAX_GOP_BUFFER_BYTES", 350)
    for number in range(6):
        feed.publish(unit(number, key=number == 0))
    assert feed.current_gop() == ()
    feed.publish(key := unit(6, key=True))
    assert feed.current_gop() == (key,)


def test_a_discontinuity_clears_the_gop_and_is_sent_to_subscribers(feed):
    subscription = feed.subscribe(max_bytes=1000)
    feed.publish(first := unit(0, key=True))
    feed.interrupt()
    assert feed.current_gop() == () and feed.video is None and feed.newest is first
    feed.publish(second := unit(9))
    assert subscription.take_all() == [first, DISCONTINUITY, second]
    assert feed.current_gop() == ()
    assert feed.video is TRACK


def test_the_feed_has_an_audio_track_only_while_audio_arrives(feed, clock):
    assert feed.audio is None
    heard = audio_units(0.1)[0]
    feed.publish(heard)
    clock.now = heard.arrived + 4 * SECOND
    assert feed.audio is heard.track
    clock.now = heard.arrived + 6 * SECOND
    assert feed.audio is None


def test_stream_statistics_are_over_a_sliding_window(feed, clock):
    assert feed.figures() == type(feed.figures())(0.0, 0.0, 0.0, 0, 0, None)
    for number in range(1000):
        feed.publish(unit(number, key=number % 50 == 0, lost=2 if number == 3 else 0))
    clock.now = 1000 * SECOND + 1000 * FRAME
    figures = feed.figures()
    assert figures.fps == pytest.approx(25, abs=0.3)
    assert figures.bit_rate == pytest.approx(25 * 800, rel=0.02)
    assert figures.key_distance == pytest.approx(2.0)
    assert (figures.lost, figures.frames) == (2, 1000)
    assert figures.age == pytest.approx(0.04)
    assert feed.frame_interval == pytest.approx(0.04)
    clock.now += 10 * SECOND
    assert feed.figures().fps == 0
    assert feed.figures().age == pytest.approx(10.04)


def test_the_frame_rate_after_a_discontinuity_counts_only_newer_frames(feed, clock):
    for number in range(200):
        feed.publish(unit(number))
    feed.interrupt()
    for number in range(1000, 1050):
        feed.publish(unit(number))
    clock.now = 1000 * SECOND + 1050 * FRAME
    assert feed.figures().fps == pytest.approx(25, abs=0.3), "over two seconds, not over five"


def test_the_usual_bit_rate_changes_slowly_and_stays_while_nothing_arrives(feed, clock):
    def send(first: int, count: int, size: int) -> None:
        for number in range(first, first + count):
            feed.publish(unit(number, size=size))
            clock.now = 1000 * SECOND + number * FRAME
            if number % 25 == 0:
                feed.figures()

    send(0, 250, 100)
    usual = feed.figures().usual_bit_rate
    assert usual == pytest.approx(25 * 800, rel=0.05)
    clock.now += 20 * SECOND  # it went away
    feed.interrupt()
    assert feed.figures().usual_bit_rate == usual
    send(1000, 25, 1)  # it comes back, slowly at first
    assert feed.figures().usual_bit_rate == pytest.approx(usual, rel=0.05)
    send(1025, 25, 200)
    step = feed.figures().usual_bit_rate
    send(1050, 3000, 200)
    assert step < 1.3 * usual
    assert feed.figures().usual_bit_rate == pytest.approx(2 * usual, rel=0.1)


def test_the_frame_interval_ignores_gaps(feed):
    moments = [0, 1, 2, 3, 60, 61, 62, 63, 64]
    for moment in moments:
        feed.publish(unit(moment, key=True))
    assert feed.frame_interval == pytest.approx(0.04)


def test_a_subscription_to_a_closed_feed_is_closed(feed):
    feed.close()
    assert feed.subscribe(max_bytes=100).closed


def test_gops_are_buffered_for_the_requested_pre_roll(clock):
    feed = Feed(clock, preroll=1.0)
    units = mixed(video_units([n / 25 for n in range(100)], gop=5), audio_units(4.0))
    for each in units:
        feed.publish(each)
    video = [u for u in units if u.track.medium == "video"]
    assert feed.current_gop()[0] is video[95]
    since = video[-1].arrived - SECOND
    begun = feed.subscribe(max_bytes=1, since=since).take_all()
    assert [u for u in begun if u.track.medium == "video"] == video[70:]
    assert len(set(begun)) == len(begun)
    early = feed.subscribe(max_bytes=1, since=0).take_all()
    assert early == begun
    heard = [u for u in units if u.track.medium == "audio"]
    kept = [u for u in begun if u.track.medium == "audio"]
    assert kept == heard[-len(kept) :]


def test_the_pre_roll_buffer_is_bounded_in_bytes(clock, monkeypatch):
    monkeypatch.setattr(gop_buffer, "MAX_GOP_BUFFER_BYTES", 1200)
    feed = Feed(clock, preroll=60.0)
    for each in film(98):
        feed.publish(each)
    begun = feed.subscribe(max_bytes=1, since=0).take_all()
    assert begun[0].key and sum(len(u.data) for u in begun) <= 1200
    assert len(begun) == 8
    feed.interrupt()
    assert feed.subscribe(max_bytes=1, since=0).take_all() == []


def test_the_latest_notice_of_each_code_survives_a_discontinuity(feed):
    one, same, other = StreamNotice("a", 1), StreamNotice("a", 5), StreamNotice("b", 2)
    feed.note((one,))
    feed.note((same, other))
    assert feed.notices == (same, other)
    feed.note((same,))  # the other subscription was closed
    assert feed.notices == (same,)
    feed.interrupt()
    assert feed.notices == (same,)
    feed.note((other,))
    assert feed.notices == (same, other)
    feed.note((StreamNotice("a", 9), other))
    feed.interrupt()
    assert {notice.at for notice in feed.notices} == {9, 2}
