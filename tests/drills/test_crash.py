"""camrec is killed while it records: the next one continues, and nothing else of it remains."""

from __future__ import annotations

import sys
from statistics import median

import pytest

from camrec.receipt import Receipt
from camrec.recording import RecordingState
from camrec.station import Station
from support import recorder
from support.cameras.rtsp import RtspCamera
from support.kill_evidence import DiskAtKill
from support.kills import HEAD, drill
from support.powercut import Disk, available
from support.stopping import freeze
from support.studio import shown
from support.truth import sent
from support.units_made import until
from support.victim import Victim

pytestmark = [pytest.mark.busy, pytest.mark.spread]
# Seconds of a recording that has to go on after a kill. Programs start slowly in Wine.
LENGTH = 12 if sys.platform != "win32" else 45
START_TIMEOUT_S = 120


@pytest.fixture
def programs(binaries):
    return [binaries.mediamtx, binaries.go2rtc, binaries.ffmpeg]


@pytest.mark.parametrize("kind", ["camrec", "all"])
def test_a_recording_goes_on_after_a_kill(programs, tmp_path, kind):
    with (
        RtspCamera(auth="basic", password="canary") as camera,
        Victim(tmp_path, programs, {"Door": camera.url}, LENGTH) as victim,
    ):
        until(lambda: victim.shown_frames() > 10, START_TIMEOUT_S)
        victim.kill(victim.processes(kind))
        [(_, session_id, recording_id, ends_at)] = victim.begun
        with Station(recorder.config(tmp_path, [str(each) for each in programs])) as station:
            assert victim.rest() == [], "the next start ends what is left"
            recording = station.recordings.get(recording_id)
            assert recording.ends_at == ends_at
            assert [each.session_id for each in station.cameras.sessions()] == [session_id]
            assert recording.wait(LENGTH + 48)
            assert recording.state is RecordingState.SAVED
            (receipt,) = recording.receipts
            assert (receipt.recording_id, receipt.ended) == (recording_id, "time")
            assert receipt.parts == 2 and receipt.playable and len(receipt.gaps) == 1
        assert list((tmp_path / "videos" / ".journal").iterdir()) == []
        assert "canary" not in receipt.model_dump_json()


def test_what_ffmpeg_has_written_is_in_the_video_and_the_rest_is_a_gap(programs, tmp_path):
    """FFmpeg gets no processor for two seconds. Then everything is killed."""
    with (
        RtspCamera() as camera,
        Victim(tmp_path, programs, {"Door": camera.url}, 3600) as victim,
    ):
        until(lambda: victim.shown_frames() > 10, START_TIMEOUT_S)
        for pid in victim.processes("ffmpeg"):
            freeze(pid)
        frozen = len(sent(camera))
        until(lambda: len(sent(camera)) >= frozen + 20, START_TIMEOUT_S)
        [(_, written)] = DiskAtKill.copy(tmp_path / "videos", tmp_path / "kill").frames()
        victim.kill(victim.processes("all"))
        victim.start()
        until(lambda: victim.shown_frames() > len(written) + 10, START_TIMEOUT_S)
        assert victim.finish() == 0
    [video] = (tmp_path / "videos").glob("*.mp4")
    times, numbers = shown(video)
    [gap] = Receipt.read(video.with_suffix(".json")).gaps
    assert numbers[: len(written)] == written
    assert numbers[len(written)] >= written[-1] + 20, "what waited for FFmpeg is lost"
    assert gap.start == pytest.approx(float(times[len(written) - 1]), abs=0.01)


@pytest.fixture(scope="module")
def table():
    """What the kills cost, printed at the end."""
    found = {}
    yield found
    print(f"\n{HEAD}")
    for name, loss in found.items():
        print(f"{name:10} {loss}")


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "usual", "most"), [("ffmpeg", 0, 0), ("all", 0.35, 0.6)])
def test_two_kills_lose_less_than_the_limit_of_a_recording(
    programs, tmp_path, table, kind, usual, most
):
    """The limits are in seconds.

    `benchmarks/kills.py` kills ten times in each way: killing everything costs 0.20 s in the median
    and 0.33 s at worst, and 0.27 s and 0.53 s on an overloaded machine.
    """
    loss = table[kind] = drill(kind, 2, tmp_path, programs, seed=1)
    assert median(loss.lost) <= usual, loss
    assert max(loss.lost) <= most, loss
    assert loss.unexplained == loss.untold == loss.orphans == loss.unreadable == 0, loss


@pytest.mark.slow
def test_a_power_cut_costs_what_was_not_synced(programs, tmp_path, table):
    """Two seconds until the next fsync, a fragment, and the time that an fsync takes here."""
    available()
    with Disk(tmp_path / "disk", tmp_path / "kept") as disk:
        loss = table["power"] = drill("all", 1, disk.folder, programs, seed=1, disk=disk)
    assert max(loss.lost) <= 4, loss
    assert loss.unexplained == loss.untold == loss.orphans == loss.unreadable == 0, loss
