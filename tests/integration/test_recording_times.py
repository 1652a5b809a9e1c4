"""Times in hard cases: slow, drifting and jumping clocks; audio and video in sync; the pre-roll."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from fractions import Fraction

import av
import pytest

from camrec.codecs.nal_units import START_CODE
from camrec.feed import Feed
from camrec.media import AudioTrack, MediaUnit, VideoTrack
from camrec.recording import RecordingState
from camrec.recording.av_sync import AvSync, shift_at
from camrec.rtp.access_units import AccessUnitAssembler
from support.rtp_sender import KINDS, Sender, nals_of
from support.studio import EXACT, assert_shows, expected, heard, shown
from support.units_made import SECOND, audio_units, irregular, mixed, until, video_units

pytestmark = pytest.mark.slow(1.2)

HOUR = 3600
TAKEN = 0.04  # seconds from a frame to its sending; audio is sent when its last sample is there


def steady(seconds: float, rate: float = 25) -> list[float]:
    return [number / rate for number in range(int(seconds * rate))]


def repeated(units: list[MediaUnit], times: list[float], arrivals: list[float], begin: int):
    """The same units again and again: at these times and arrivals, in seconds."""
    for number, (time, arrival) in enumerate(zip(times, arrivals, strict=True)):
        unit = units[number % len(units)]
        ticks = round(time * unit.track.rate)
        exact = (ticks * SECOND + unit.track.rate // 2) // unit.track.rate
        arrived = begin + round(arrival * SECOND)
        yield replace(unit, time=exact, offset=begin, arrived=arrived)


def video_times(path) -> list[Fraction]:
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        return sorted(p.pts * video.time_base for p in container.demux(video) if p.size)


def test_one_frame_per_second_is_recorded_exactly_for_minutes(studio):
    units = mixed(video_units(steady(200, 1), gop=10), audio_units(200.0, codec="pcma"))
    studio.play(units, -1, 15.5)
    recording = studio.record(180)
    studio.play(units, 15.5, 200)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    begun = studio.begin + round(15.5 * SECOND)
    assert_shows(path, *expected(units, begun, begun + 180 * SECOND))
    assert receipt.gaps == [] and receipt.parts == 1 and receipt.playable


def test_rounding_errors_of_a_slow_camera_s_times_do_not_add_up(studio, ffmpeg):
    """Fragments of one frame each, with audio between them."""
    times = [number * 1.0005 for number in range(100)]
    group = video_units(steady(10, 1), gop=10, size=(64, 48))
    made = repeated(group, times, [at + 0.002 for at in times], studio.begin)
    units = mixed(made, audio_units(100.0))
    studio.play(units, -1, 2.5)
    recording = studio.record(90, ffmpeg=ffmpeg)
    studio.play(units, 2.5, 100)
    assert recording.wait(60)
    found = [float(time) for time in video_times(studio.saved[0][0]) if time >= 0]
    assert len(found) > 85
    assert found == pytest.approx(times[: len(found)], abs=EXACT)


@pytest.mark.parametrize("ppm", [500, -500])
def test_an_hour_with_a_drifting_camera_clock_is_recorded_in_sync(studio, ppm):
    """Every frame of the hour is there, at the camera's own time.

    The audio, whose clock drifts the other way, stays in sync.
    """
    length, begin = HOUR, studio.begin
    ours = steady(length + 20, 2)
    group = video_units(steady(10, 2), gop=10, size=(64, 48))
    theirs = [at * (1 + ppm / 1e6) for at in ours]
    track = AudioTrack("aac", 8000, 1, bytes.fromhex("1588"))
    piece = replace(audio_units(0.1)[0], track=track)
    count = int((length + 20) * 8000 / 1024)
    made = [number * 1024 / 8000 for number in range(count)]
    told = [at * (1 + ppm / 1e6 + 100e-6) for at in made]
    pictures_in, sound_in = Network(1), Network(2)
    seen = [pictures_in.after(at + TAKEN) for at in ours]
    spoken = [sound_in.after(at + 1024 / 8000) for at in made]
    units = mixed(repeated(group, theirs, seen, begin), repeated([piece], told, spoken, begin))
    studio.play(units, -1, 5.25)
    recording = studio.record(length)
    for at in range(5, length + 20, 60):
        studio.play(units, max(at, 5.25), at + 60)
    assert recording.wait(60)
    assert recording.state is RecordingState.SAVED, recording.error
    ((path, receipt),) = studio.saved
    assert receipt.frames == 2 * length + 1 and receipt.ended == "time" and receipt.gaps == []
    drift = 1 + ppm / 1e6
    found = [float(time) for time in video_times(path) if time >= 0]
    assert found == pytest.approx([n * drift / 2 for n in range(2 * length + 1)], abs=EXACT)
    assert receipt.utc_uncertainty == pytest.approx(length * abs(ppm) / 1e6, abs=TAKEN + 0.01)
    # A unit of audio belongs to the frame of the same moment; any unit is like the others.
    first = 5.0  # the frame at the button
    pieces = [float(time) for time in heard(path)]
    skipped = [round((time / drift + first) * 8000 / 1024) for time in pieces]
    apart = [
        abs(at - (made[place] - first) * drift) for at, place in zip(pieces, skipped, strict=True)
    ]
    assert max(apart) < 0.02
    assert len(pieces) == skipped[-1] - skipped[0] + 1
    assert receipt.av_offset < 0.02
    gap = [later - earlier for earlier, later in itertools.pairwise(pieces)]
    assert max(gap) < 0.130 and min(gap) > 0.126


class Network:
    """Delays every packet by 2 ms or more, one in a hundred by up to 0.3 s; later ones queue behind
    it.
    """

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._latest = 0.0

    def after(self, moment: float) -> float:
        stalled = 0.3 * self._chance.random() if self._chance.random() < 0.01 else 0.0
        delay = 0.002 + self._chance.expovariate(1 / 0.005) + stalled
        self._latest = max(self._latest, moment + delay)
        return self._latest


def gathered(sent: list[tuple[float, float]], reads: list[float]) -> list[tuple[float, float]]:
    """(time, arrival) of each unit, for a reader that reads only now and then.

    The newest unit seems to arrive when it is read, and each one before it earlier by the
    difference of their times.
    """
    found, place = [], 0
    for read in reads:
        until = place
        while until < len(sent) and sent[until][1] <= read:
            until += 1
        newest = sent[until - 1][0]
        found += [(time, read - (newest - time)) for time, _ in sent[place:until]]
        place = until
    return found


@pytest.mark.parametrize(
    ("batches", "ppm"), [(False, 100), (True, -100)], ids=["each", "in batches"]
)
@pytest.mark.parametrize(("rate", "length"), [(25, 1024 / 48_000), (20, 0.02), (5, 0.128)])
def test_audio_stays_in_sync_for_an_hour_of_jittering_arrivals(rate, length, batches, ppm):
    """The audio's clock drifts by 0.36 s in the hour: it stays within 20 ms all the time."""
    chance = random.Random(3)
    reads = [0.1]
    while reads[-1] < HOUR + 1:
        reads.append(reads[-1] + chance.uniform(0.11, 0.15))
    step, film = AvSync(), VideoTrack("h264", 64, 48)
    heard = AudioTrack("aac", 48_000, 1)
    for track, distance, drift in ((film, 1 / rate, 0.0), (heard, length, ppm / 1e6)):
        lasts = distance if track is heard else 0.0
        delays = Network(2)
        made = [number * distance for number in range(int(HOUR / distance))]
        sent = [(at * (1 + drift), delays.after(at + max(lasts, TAKEN))) for at in made]
        for time, arrival in gathered(sent, reads) if batches else sent:
            step.note(track, round(time * SECOND), round(arrival * SECOND))
    moves = step.audio_shift(0)
    for number in range(int(HOUR / length)):
        made = number * length
        lies = made * (1 + ppm / 1e6)
        assert abs(lies + shift_at(moves, lies) - made) < 0.02
    assert step.av_offset < 0.02


JUMPS = {
    "wrap": (0, True),
    "forward by hours": (5 * HOUR, True),
    "backward": (-2 * HOUR, True),
    "no marker bits": (0, False),
    "marker bits on parameter sets too": (0, "all"),
    "a jump and no marker bits": (5 * HOUR, False),
}


@pytest.mark.parametrize("name", JUMPS)
def test_a_jump_of_the_camera_s_clock_makes_no_gap(studio, name):
    """Through the depacketizer into the file; the 32 bits of all of them overflow in the middle."""
    jump, marker = JUMPS[name]
    sender = Sender(AccessUnitAssembler(90_000, KINDS["h264"](), []))
    units: list[MediaUnit] = []
    for number, unit in enumerate(video_units(steady(12))):
        ticks = 2**32 - 5 * 90_000 + number * 3600 + (jump * 90_000 if number >= 150 else 0)
        sender.now = unit.arrived - 10_000_000
        nals = nals_of(
            unit.data.replace(b"\0\0\1", START_CODE).replace(b"\0" + START_CODE, START_CODE)
        )
        for place, nal in enumerate(nals):
            last = place == len(nals) - 1
            units += sender.send(ticks % 2**32, nal, marker=marker == "all" or (marker and last))
    studio.play(units, -1, 3)
    recording = studio.record(8)
    studio.play(units, 3, 12)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    times, numbers = shown(path)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) and len(numbers) >= 199
    wrong = [abs(float(at) - place / 25) for place, at in enumerate(times)]
    assert max(wrong) <= (0.011 if jump else EXACT)
    assert receipt.parts == 1 and receipt.gaps == [] and receipt.warnings == []


def test_audio_that_stops_does_not_delay_the_frames(studio):
    units = mixed(video_units(irregular(14)), audio_units(5.0))
    studio.play(units, -1, 1)
    recording = studio.record(12)
    studio.play(units, 1, 6)
    until(lambda: recording.bytes > 0)
    written = recording.bytes
    studio.play(units, 6, 11)
    until(lambda: recording.bytes > written)
    studio.play(units, 11, 14)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    begun = studio.begin + SECOND
    assert_shows(path, *expected(units, begun, begun + 12 * SECOND))
    assert receipt.audio_codec == "aac" and receipt.gaps == []


@pytest.mark.parametrize(("codec", "late"), [("aac", 0.08), ("l16", -0.2), ("opus", 0.08)])
def test_audio_is_shifted_by_an_offset_that_is_measured_later(studio, codec, late):
    """Its first estimate was made from packets that arrived late (or the video's was)."""
    units = mixed(video_units(steady(12)), audio_units(12.0, codec=codec))
    wrong = [
        replace(unit, offset=unit.offset + round(late * SECOND))
        if unit.track.medium == "audio"
        else unit
        for unit in units
    ]
    studio.play(wrong, -1, 1.02)
    recording = studio.record(8)
    studio.play(wrong, 1.02, 12)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    begun = studio.begin + round(1.02 * SECOND)
    assert_shows(path, *expected(units, begun, begun + 8 * SECOND))
    assert receipt.audio_codec == "aac" and receipt.av_offset < 0.01 and receipt.playable
    zero = max(u for u in range(300) if u / 25 <= 1.0) / 25
    moments = [
        (u.time + u.offset - studio.begin) / SECOND - zero
        for u in units
        if u.track.medium == "audio"
    ]
    if codec == "aac":
        for time in heard(path):
            assert min(abs(float(time) - moment) for moment in moments) < 0.002


def test_the_audio_shift_between_two_measurements_is_interpolated_linearly():
    moves = ((5.0, 0.1), (15.0, 0.2))
    assert [shift_at(moves, at) for at in (0, 5, 10, 15, 99)] == pytest.approx(
        [0.1, 0.1, 0.15, 0.2, 0.2]
    )


def test_audio_in_sync_with_the_video_is_not_shifted():
    step = AvSync()
    assert step.uncertainty is None and step.av_offset is None and step.audio_shift(0) == ()
    for unit in mixed(video_units(steady(25)), audio_units(25.0)):
        moment = unit.time + unit.offset
        step.note(unit.track, moment, moment + (3_000_000 if unit.key else 9_000_000))
    assert step.audio_shift(0) == ()
    assert step.av_offset < 0.01 and step.uncertainty < 0.01


@pytest.mark.parametrize("codec", ["h264", "mjpeg"])
def test_a_video_can_begin_before_the_button(studio, codec):
    studio.feed = Feed(studio.clock, preroll=5.0)
    film = video_units(steady(20), gop=50, codec=codec)
    units = mixed(film, audio_units(20.0)) if codec == "h264" else film
    studio.play(units, -1, 12.41)
    recording = studio.record(4, preroll=5.0)
    studio.play(units, 12.41, 20)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    begun = studio.begin + round(7.41 * SECOND)
    times, numbers = shown(path)
    assert numbers[0] == 185 and times[0] == 0
    assert numbers == list(range(185, 411))
    wrong = max(abs(float(at) - place / 25) for place, at in enumerate(times))
    assert wrong <= EXACT
    assert receipt.preroll == pytest.approx(5.01, abs=0.001)
    assert receipt.asked == 4 and receipt.gaps == []
    assert receipt.started_at == "2026-09-21T14:30:07.400000Z"
    if codec == "h264":
        pieces = heard(path)
        assert pieces[0] < 0.05 and pieces[-1] > 8.5
    assert begun < recording._recorder.period.start


def test_a_shorter_pre_roll_than_requested_is_in_the_receipt(studio):
    studio.feed = Feed(studio.clock, preroll=30.0)
    units = video_units(steady(8))
    studio.play(units, -1, 2.5)
    recording = studio.record(3, preroll=30.0)
    studio.play(units, 2.5, 8)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    assert receipt.preroll == 2.5 and shown(path)[1][0] == 0


def test_after_a_gap_that_an_mp4_cannot_say_another_video_begins_with_right_times(studio):
    """A distance of 2**31 ticks is 6 h 37 min; FFmpeg would make it one tick."""
    before = video_units(steady(3))
    later = studio.begin + 7 * HOUR * SECOND
    after = video_units(steady(3), begin=later, number=500)
    studio.play(before, -1, 1)
    recording = studio.record(8 * HOUR)
    studio.play(before, 1, 3)
    studio.feed.interrupt()
    until(lambda: recording.state is RecordingState.WAITING)
    studio.play(after, 7 * HOUR, 7 * HOUR + 2)
    until(lambda: recording.segment_count == 2)
    recording.stop()
    assert recording.wait(60)
    (one, first), (two, second) = studio.saved
    codes = [each.code for each in second.warnings if each.code != "computer_slept"]
    assert codes == ["long_gap"] and second.warnings[-1].facts == {"videos": 2}
    (gap,) = first.gaps
    assert gap.duration == pytest.approx(7 * HOUR - 3, abs=0.1) and second.gaps == []
    assert first.ended_at == second.started_at
    for path in (one, two):
        times = [float(at) for at in video_times(path) if at >= 0]
        assert max(abs(b - a - 0.04) for a, b in itertools.pairwise(times)) < 0.0001
