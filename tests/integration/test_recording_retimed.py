"""Cameras that count another frame rate than they send: their videos get the right times."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from camrec.camera_clock import MinDelayLine, Retiming
from camrec.media import MediaUnit
from support.studio import heard, shown
from support.units_made import SECOND, audio_units, mixed, until, video_units

COUNTED = 25
CLIP_FRAMES = 250  # repeated


def miscounted(seconds: float, sent: float, begin: int, first: int = 0) -> list[MediaUnit]:
    """Frames that are sent `sent` times a second, with timestamps for 25 a second.

    `first` : how many frames came before, with other timestamps.
    """
    units = video_units([number / 25 for number in range(CLIP_FRAMES)])
    chance, line, found = random.Random(1), MinDelayLine(), []
    for number in range(int(seconds * sent)):
        ticks = 90_000 // COUNTED * number + 4000
        time = (ticks * SECOND + 45_000) // 90_000
        arrived = begin + round((number / sent + 0.002 + chance.expovariate(200)) * SECOND)
        arrived = max(arrived, found[-1].arrived if found else 0)
        offset = line.note(time, arrived)
        unit = units[(first + number) % CLIP_FRAMES]
        found.append(replace(unit, time=time, offset=offset, arrived=arrived))
    return found


def recorded(studio, units: list[MediaUnit], seconds: int):
    studio.play(units, -1, 1)
    recording = studio.record(seconds)
    for at in range(1, seconds + 3, 10):
        studio.play(units, at, at + 10)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    return path, receipt


def original_stamps(times, receipt) -> list[int]:
    """The camera's ticks from the first frame on, by the file and its receipt alone."""
    retiming = Retiming.from_receipt(receipt.retimed, 0)
    positions = [retiming.restore_timestamp(round(float(time) * SECOND)) for time in times]
    return [round(position * 90_000 / SECOND) for position in positions]


@pytest.mark.parametrize("sent", [21, 35])
def test_a_camera_that_counts_25_and_sends_another_rate_is_retimed(studio, sent):
    units = miscounted(75, sent, studio.begin)
    path, receipt = recorded(studio, units, 60)
    times, _ = shown(path)
    assert receipt.frames == len(times) == pytest.approx(60 * sent, abs=2)
    real = np.arange(len(times)) / sent
    assert np.abs(np.array(times, float) - real).max() < 0.003
    assert np.ptp(np.diff(np.array(times, float))) < 0.00002, "even distances stay even"
    assert receipt.duration == pytest.approx(60, abs=0.1) and receipt.gaps == []
    (line,) = receipt.retimed
    assert line["slope"] == pytest.approx(25 / sent - 1, abs=40e-6)
    assert original_stamps(times, receipt) == [3600 * number for number in range(len(times))]
    (warning,) = receipt.warnings
    assert warning.code == "retimed" and f"sends {sent}" in warning.text()
    assert receipt.utc_uncertainty < 0.02


def test_audio_stays_in_sync_with_a_video_that_is_retimed(studio):
    units = mixed(
        miscounted(75, 21, studio.begin), audio_units(75.0, codec="pcma", begin=studio.begin)
    )
    path, receipt = recorded(studio, units, 60)
    assert receipt.retimed and receipt.av_offset < 0.02
    pieces = np.array([float(at) for at in heard(path)])
    first = next(unit for unit in units if unit.track.medium == "video" and unit.arrived > 0)
    # The camera's audio counts rightly: it needs no moving.
    assert np.abs(np.diff(pieces) - np.median(np.diff(pieces))).max() < 0.01
    assert pieces[-1] == pytest.approx(60, abs=0.3), first


def test_the_segments_of_one_stream_are_retimed_by_one_line(studio):
    units = miscounted(75, 21, studio.begin)
    studio.play(units, -1, 1)
    recording = studio.record(60)
    studio.play(units, 1, 3)
    until(lambda: recording.bytes > 0)
    studio.child(recording).kill()
    until(lambda: recording.segment_count == 2)
    for at in range(3, 75, 10):
        studio.play(units, at, at + 10)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    times, _ = shown(path)
    assert receipt.parts == 2 and len(receipt.retimed) == 1
    assert len(times) == pytest.approx(60 * 21, abs=2)
    assert np.abs(np.array(times, float) - np.arange(len(times)) / 21).max() < 0.003
    assert original_stamps(times, receipt) == [3600 * number for number in range(len(times))]


def test_a_camera_that_comes_back_is_retimed_from_there_on_by_another_line(studio):
    units = miscounted(60, 21, studio.begin)
    others = miscounted(60, 21, studio.begin + 65 * SECOND, first=250)
    studio.play(units, -1, 1)
    recording = studio.record(122)
    for at in range(1, 61, 10):
        studio.play(units, at, at + 10)
    studio.at(65)
    studio.feed.interrupt("connection_broke")
    for at in range(65, 130, 10):
        studio.play(others, at, at + 10)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    times = np.array(shown(path)[0], float)
    assert len(receipt.retimed) == 2 and len(receipt.gaps) == 1
    real = [unit_number / 21 for unit_number in range(len(times))]
    begun = int(np.argmax(np.diff(times))) + 1
    assert np.abs(times[:begun] - real[:begun]).max() < 0.003
    assert np.abs(np.diff(times[begun:]) - 1 / 21).max() < 0.001
    assert times[begun] - times[begun - 1] == pytest.approx(65 - 60 + 1 / 21, abs=0.02)
    stamps = original_stamps(times, receipt)
    assert np.array_equal(np.diff(stamps[:begun]), np.full(begun - 1, 3600))
    assert np.array_equal(np.diff(stamps[begun:]), np.full(len(times) - begun - 1, 3600))


def test_a_camera_that_counts_what_it_sends_keeps_its_timestamps(studio):
    path, receipt = recorded(studio, miscounted(45, 25, studio.begin), 30)
    assert receipt.retimed == [] and receipt.warnings == []
    stamps = [round(at * 90_000) for at in shown(path)[0]]
    assert stamps == [3600 * number for number in range(receipt.frames)]


class FullDisk:
    """A disk that has space for nothing more, and does not end the recording. A stand-in."""

    low = False

    def fits(self, size: int) -> bool:
        return False


def test_without_space_the_times_stay_the_camera_s_and_the_receipt_says_so(studio):
    units = miscounted(50, 21, studio.begin)
    studio.play(units, -1, 1)
    recording = studio.record(40, disk=FullDisk())
    for at in range(1, 43, 10):
        studio.play(units, at, at + 10)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    assert receipt.retimed == []
    assert [each.code for each in receipt.warnings] == ["not_rewritten_disk_full", "not_retimed"]
    times, _ = shown(path)
    assert max(abs(at - number / COUNTED) for number, at in enumerate(times)) < 0.00002
