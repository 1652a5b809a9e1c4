"""Recordings without an end, and recordings whose end is changed, as clients see them."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from camrec.clock import format_iso
from camrec.config import Config
from camrec.recording import RecordingSeries
from camrec.station import Station, video_length
from support.cameras.mjpeg import MjpegCamera
from support.studio import shown
from support.truth import sent
from support.units_made import SECOND, until
from support.wire import Wire, serving

pytestmark = pytest.mark.spread


@pytest.fixture
def config(binaries, tmp_path) -> Config:
    return binaries.config(tmp_path)


def opened(wire: Wire, camera: MjpegCamera) -> str:
    return wire.post("/session/open", {"url": camera.url}).json()["session_id"]


def status(wire: Wire, recording_id: str) -> dict:
    return wire.get(f"/record/status/{recording_id}").json()


def in_seconds(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def change_end(wire: Wire, recording_id: str, ends_at: object):
    return wire.ask("PATCH", f"/record/{recording_id}", {"ends_at": ends_at})


def test_a_recording_without_an_end_runs_until_it_is_stopped(config, monkeypatch):
    monkeypatch.setattr(video_length, "MIN_VIDEO_LENGTH_S", 1)
    with MjpegCamera(size=(320, 240)) as camera, serving(config) as (station, wire):
        session_id = opened(wire, camera)
        series = station.recordings.start(session_id, None, "Trial", video_length=2)
        recording = status(wire, series.recording_id)
        assert (recording["duration"], recording["ends_at"]) == (None, None)
        assert recording["recording_id"] == series.recording_id
        refused = wire.post("/record/start", {"session_id": session_id, "duration": None})
        assert refused.code == "already_recording"
        until(lambda: len(status(wire, series.recording_id)["filenames"]) >= 2, 40)
        running = status(wire, series.recording_id)
        assert running["state"] == "writing" and running["elapsed"] > 4
        event = {"text": "lever", "recording_ids": [series.recording_id]}
        assert wire.post("/events", event).status == 201
        stopped = wire.post("/record/stop", {"recording_id": series.recording_id}).json()
        assert stopped["state"] == "saved" and stopped["events"] == 1
        names = stopped["filenames"]
        assert len(names) >= 3 and stopped["filename"] == names[0]
        videos = [station.library.get(name) for name in names]
        receipts = [video.receipt for video in videos]
        assert [each.video_number for each in receipts] == list(range(1, len(names) + 1))
        assert {each.asked for each in receipts} == {None}
        assert {each.name for each in receipts} == {"Trial"}
        assert [each.text for receipt in receipts for each in receipt.events] == ["lever"]
        numbers = [number for video in videos for number in shown(video.path)[1]]
        log = [each.number for each in sent(camera)]
        assert numbers == log[log.index(numbers[0]) :][: len(numbers)]
        assert not list((config.videos / ".journal").glob("*.json"))
        [listed] = wire.get("/record/list").json()["recordings"]
        assert listed["filenames"] == names


def test_events_of_a_recording_without_an_end_are_counted_and_only_in_their_videos(
    config, monkeypatch
):
    monkeypatch.setattr(video_length, "MIN_VIDEO_LENGTH_S", 1)
    with MjpegCamera(size=(320, 240)) as camera, serving(config) as (station, wire):
        session_id = opened(wire, camera)
        series = station.recordings.start(session_id, None, "Trial", video_length=2)
        recording_id, ids = series.recording_id, {"recording_ids": [series.recording_id]}
        until(lambda: series.bytes > 0)
        early = {"text": "early", "at": format_iso(series.started_at + SECOND // 10), **ids}
        assert wire.post("/events", early).status == 201
        until(lambda: len(status(wire, recording_id)["filenames"]) >= 2, 40)
        first = station.library.get(series.filenames[0])
        inside = {"at": format_iso(first.started_at + SECOND), **ids}
        [late] = wire.post("/events", {"text": "late", **inside}).json()["events"]
        texts = [each.text for each in station.library.get(first.filename).receipt.events]
        assert texts == ["early", "late"] and status(wire, recording_id)["events"] == 2
        assert wire.ask("DELETE", f"/events/{late['id']}").status == 204
        assert status(wire, recording_id)["events"] == 1

        station.library.delete(first.filename)
        refused = wire.post("/events", inside)
        assert (refused.status, refused.code) == (409, "no_video_then")
        nowhere = wire.post("/events", {"at": inside["at"]})
        assert (nowhere.status, nowhere.code) == (409, "nothing_recorded")
        assert wire.post("/events", {"text": "last", **ids}).status == 201

        wire.post("/record/stop", {"recording_id": recording_id})
        last = station.library.get(series.filenames[-1])
        path = f"/videos/{quote(last.filename)}/events"
        assert wire.post(path, {"second": 0}).status == 201
        listed = wire.get(f"/events?recording_id={recording_id}").json()["events"]
        assert len(listed) == status(wire, recording_id)["events"] == 2
        wire.post("/session/close", {"session_id": session_id})


def test_the_end_of_a_recording_is_changed_over_rest(config):
    with MjpegCamera(size=(320, 240)) as camera, serving(config) as (station, wire):
        session_id = opened(wire, camera)
        body = {"session_id": session_id, "duration": 600}
        recording_id = wire.post("/record/start", body).json()["recording_id"]
        for bad in (in_seconds(-1), "soon", "2026-11-30T12:00:00", 5, "9" * 41):
            reply = change_end(wire, recording_id, bad)
            assert reply.status == 400 and reply.code in ("bad_end", "bad_field"), reply.body
        assert wire.ask("PATCH", f"/record/{recording_id}", {}).status == 400
        assert change_end(wire, "none", None).status == 404
        later = change_end(wire, recording_id, in_seconds(1200)).json()
        assert 1198 <= later["duration"] <= 1201 and later["state"] == "writing"
        endless = change_end(wire, recording_id, None).json()
        assert (endless["duration"], endless["ends_at"]) == (None, None)
        assert isinstance(station.recordings.get(recording_id), RecordingSeries)
        assert wire.get("/session/list").json()["sessions"][0]["recording_id"] == recording_id
        long = change_end(wire, recording_id, in_seconds(3 * 86_400)).json()
        assert long["duration"] > 2 * 86_400
        ended = change_end(wire, recording_id, in_seconds(2)).json()
        until(lambda: status(wire, recording_id)["state"] == "saved", 30)
        [filename] = status(wire, recording_id)["filenames"]
        receipt = station.library.get(filename).receipt
        assert (receipt.ended, receipt.video_number) == ("time", 1)
        assert receipt.asked == pytest.approx(ended["duration"], abs=1)
        assert change_end(wire, recording_id, None).code == "not_recording"
        again = wire.post("/record/start", {**body, "duration": 1}).json()
        until(lambda: status(wire, again["recording_id"])["state"] == "saved", 30)
        assert [each["state"] for each in wire.get("/record/list").json()["recordings"]] == [
            "saved",
            "saved",
        ]


def test_two_changes_at_once_make_one_series(config, monkeypatch):
    with MjpegCamera(size=(320, 240)) as camera, Station(config) as station:
        session = station.cameras.open(camera.url)
        recordings, services = station.recordings, station.recordings.tools.services
        recording_id = recordings.start(session.session_id, 600).recording_id
        others: list[Future] = []

        def change_twice(source):
            """While the first change is made, the second one begins; it may have to wait."""
            if not others:
                others.append(pool.submit(recordings.change_end, recording_id, None))
                wait(others, timeout=0.5)
            return services(source)

        monkeypatch.setattr(recordings.tools, "services", change_twice)
        with ThreadPoolExecutor(1) as pool:
            series = recordings.change_end(recording_id, None)
        assert isinstance(series, RecordingSeries) and others[0].result() is series
        assert series is session.recording and series is recordings.get(recording_id)


@pytest.mark.parametrize("body", [{"video_length": 59}, {"video_length": 86_401}, {"duration": 0}])
def test_wrong_lengths_are_rejected(body, config):
    with MjpegCamera(size=(320, 240)) as camera, serving(config) as (_, wire):
        given = {"session_id": opened(wire, camera), "duration": None} | body
        assert wire.post("/record/start", given).status == 400
        assert wire.get("/record/list").json()["recordings"] == []


def test_a_scheduled_recording_can_have_no_end_and_survives_a_restart(config):
    with MjpegCamera(size=(320, 240)) as camera:
        with serving(config) as (_, wire):
            session_id = opened(wire, camera)
            body = {"session_id": session_id, "duration": None, "start_at": in_seconds(30)}
            scheduled = wire.post("/record/start", body).json()
            assert scheduled["state"] == "scheduled" and scheduled["ends_at"] is None
            moved = change_end(wire, scheduled["recording_id"], in_seconds(90)).json()
            assert moved["duration"] == pytest.approx(60, abs=1)
        with Station(config) as station:
            recording = station.recordings.get(scheduled["recording_id"])
            assert recording.duration == pytest.approx(60, abs=1)
            assert isinstance(recording, RecordingSeries)
