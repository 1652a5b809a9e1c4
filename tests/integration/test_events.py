"""Events and details over REST, from a recording that runs to the receipt of its video."""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from urllib.parse import quote

import numpy as np
import pytest

from camrec.annotations import EVENT_LOG_FILENAME, EventLog, create_event
from camrec.annotations.event_log_file import EventLogFile
from camrec.clock import Clock, format_iso, iso_to_utc_ns
from camrec.frames import VideoFrames
from camrec.recording import RecordingState
from camrec.station import Station
from support.cameras.mjpeg import MjpegCamera
from support.studio import shown
from support.truth import sent
from support.units_made import until
from support.wire import Wire, serving

pytestmark = pytest.mark.slow(0.5)

SECOND = 10**9
NS_PER_HOUR = 3600 * SECOND


@pytest.fixture(scope="module")
def served(binaries, tmp_path_factory) -> Iterator[tuple[Station, Wire]]:
    config = binaries.config(tmp_path_factory.mktemp("events"), max_sessions=2)
    with serving(config) as served:
        yield served


@pytest.fixture(scope="module")
def camera(served) -> Iterator[str]:
    """The session of a camera."""
    with MjpegCamera() as camera:
        session = served[1].post("/session/open", {"url": camera.url, "name": "Door"}).json()
        yield session["session_id"]
        served[1].post("/session/close", {"session_id": session["session_id"]})


@contextmanager
def another_camera(wire: Wire) -> Iterator[tuple[MjpegCamera, str]]:
    """A camera and its session, which is closed in any case: a second try needs its place."""
    with MjpegCamera() as camera:
        session = wire.post("/session/open", {"url": camera.url}).json()["session_id"]
        try:
            yield camera, session
        finally:
            wire.post("/session/close", {"session_id": session})


@pytest.fixture
def wire(served) -> Wire:
    return served[1]


@pytest.fixture
def station(served) -> Station:
    return served[0]


def begin(wire: Wire, camera: str, **body: object) -> dict:
    reply = wire.post("/record/start", {"session_id": camera, "duration": 600, **body})
    assert reply.status == 201, reply.body
    return reply.json()


def running(station: Station, recording: dict) -> None:
    """Wait until some frames are recorded."""
    job = station.recordings.get(recording["recording_id"])
    until(lambda: job.elapsed > 0.5 and job.bytes > 0)


def finish(wire: Wire, recording: dict) -> str:
    """Save it; returns the path of the video."""
    reply = wire.post("/record/stop", {"recording_id": recording["recording_id"]})
    assert reply.status == 200, reply.body
    return "/videos/" + quote(reply.json()["filename"])


def receipt_of(wire: Wire, video: str) -> dict:
    return wire.get(video.replace("/videos/", "/receipts/")).json()


@pytest.fixture(scope="module")
def video(served, camera) -> tuple[dict, str]:
    """A recording of a second, and the path of its video."""
    recording = begin(served[1], camera)
    running(served[0], recording)
    return recording, finish(served[1], recording)


def test_events_and_details_are_in_the_receipt_with_the_frames_that_show_them(
    wire, station, camera
):
    details = {"subject": "A17", "condition": "dark"}
    recording = begin(wire, camera, details=details, name="Session 1")
    assert recording["details"] == details and recording["events"] == 0
    running(station, recording)
    before = Clock().utc_ns()
    reply = wire.post("/events", {"text": "lever", "value": 3, "length": 0.2, "source": "rig"})
    after = Clock().utc_ns()
    assert reply.status == 201
    [lever] = reply.json()["events"]
    assert before // 1000 * 1000 <= iso_to_utc_ns(lever["at"]) <= after
    assert lever | {"id": "", "at": ""} == {
        "id": "", "recording_id": recording["recording_id"], "at": "", "length": 0.2,
        "text": "lever", "value": 3, "source": "rig",
    }  # fmt: skip
    earlier = format_iso(before - SECOND // 5)
    ids = [recording["recording_id"]]
    [light] = wire.post("/events", {"at": earlier, "recording_ids": ids}).json()["events"]
    assert light["at"] == earlier and light["source"] == "rest" and light["text"] == ""
    [gone] = wire.post("/events", {"text": "mistake"}).json()["events"]

    note = wire.ask("PATCH", f"/events/{light['id']}", {"text": "light on"}).json()
    assert note == light | {"text": "light on"}
    assert wire.ask("DELETE", f"/events/{gone['id']}").status == 204
    listed = wire.get(f"/events?recording_id={ids[0]}").json()["events"]
    assert listed == [note, lever]
    status = wire.get(f"/record/status/{ids[0]}").json()
    assert status["events"] == 2 and status["details"] == details

    video = finish(wire, recording)
    receipt = receipt_of(wire, video)
    assert receipt["details"] == details and receipt["name"] == "Session 1"
    keys = ("id", "at", "length", "text", "value", "source")
    assert receipt["events"] == [{key: each[key] for key in keys} for each in (note, lever)]
    assert wire.get(f"/events?recording_id={ids[0]}").json()["events"] == [note, lever]

    [found] = [each for each in station.library.videos() if each.receipt.recording_id == ids[0]]
    times = VideoFrames(found.path, found.started_at).times().astype("i8")
    placed = wire.get(f"{video}/events").json()["events"]
    for each, event in zip(placed, (note, lever), strict=True):
        at = iso_to_utc_ns(event["at"])
        assert each["frame"] == np.searchsorted(times, at, "right") - 1
        assert each["second"] == pytest.approx((at - found.started_at) / SECOND, abs=1e-6)
        assert each["in_gap"] is False
    track = wire.get(f"{video}/events.vtt?download=1")
    assert track.headers["Content-Type"] == "text/vtt; charset=utf-8"
    assert ".vtt" in track.headers["Content-Disposition"]
    assert [line for line in track.body.decode().split("\n") if line in ("light on", "lever: 3")]
    assert wire.get("/videos/nothing.mp4/events.vtt").code == "no_video"
    folder = station.library.segments_folder(ids[0])
    assert not folder.exists()


def test_an_event_is_at_the_frame_that_the_camera_had_just_sent(wire, station):
    """Compared with the numbers in the picture; each event is marked while it records."""
    with another_camera(wire) as (camera, session):
        recording = begin(wire, session)
        running(station, recording)
        job = station.recordings.get(recording["recording_id"])
        for number in range(12):
            until(lambda at=0.6 + 0.093 * number: job.elapsed > at)
            assert wire.post("/events", {}).status == 201
        until(lambda: job.elapsed > 2.2)
        path = finish(wire, recording)
        [video] = [each for each in station.library.videos() if quote(each.filename) in path]
        _, numbers = shown(video.path)
        log = sent(camera)
        behind = []
        for event in wire.get(f"{path}/events").json()["events"]:
            moment = job.period.to_monotonic(iso_to_utc_ns(event["at"]))
            newest = max(each.number for each in log if each.sent <= moment)
            behind.append(newest - numbers[event["frame"]])
        assert len(behind) == 12 and 0 <= median(behind) <= 1 and max(behind) <= 3, behind


def test_events_of_a_finished_video_are_added_changed_and_deleted(wire, station, video):
    recording, path = video
    count = receipt_of(wire, path)["frames"]
    reply = wire.post(f"{path}/events", {"second": 0.25, "text": "jump", "value": "left"})
    assert reply.status == 201
    jump = reply.json()
    assert jump["second"] == pytest.approx(0.25, abs=2e-6)
    assert jump["recording_id"] == recording["recording_id"]
    started_at = receipt_of(wire, path)["started_at"]
    first = wire.post(f"{path}/events", {"at": started_at}).json()
    assert (first["frame"], first["second"]) == (0, 0)
    [found] = [e for e in station.library.videos() if quote(e.filename) in path]
    times = VideoFrames(found.path, found.started_at).times().astype("i8")
    for number in (1, count // 2, count - 1):
        at = format_iso(int(times[number]))
        shown = wire.post(f"{path}/events", {"at": at}).json()
        assert shown["frame"] == number
        assert wire.ask("DELETE", f"/events/{shown['id']}").status == 204
    changed = wire.ask("PATCH", f"/events/{jump['id']}", {"value": None, "length": 0.1}).json()
    assert (changed["value"], changed["length"], changed["text"]) == (None, 0.1, "jump")
    ids = [each["id"] for each in receipt_of(wire, path)["events"]]
    assert ids == [first["id"], jump["id"]]
    assert wire.get(f"/record/status/{recording['recording_id']}").json()["events"] == 2
    assert wire.ask("DELETE", f"/events/{first['id']}").status == 204
    assert wire.ask("DELETE", f"/events/{first['id']}").code == "no_event"
    assert [each["id"] for each in wire.get(f"{path}/events").json()["events"]] == [jump["id"]]
    renamed = wire.ask("PATCH", path, {"name": "Other"}).json()["filename"]
    assert wire.ask("DELETE", f"/events/{jump['id']}").status == 204
    assert wire.ask("PATCH", f"/videos/{quote(renamed)}", {"name": "Door"}).status == 200


def test_an_event_that_is_marked_while_its_recording_is_finalized_is_kept(
    wire, station, camera, monkeypatch
):
    saving, go_on = threading.Event(), threading.Event()
    save = station.library.save

    def slow_save(file, receipt, named_at):
        saving.set()
        assert go_on.wait(60)
        return save(file, receipt, named_at)

    monkeypatch.setattr(station.library, "save", slow_save)
    recording = begin(wire, camera)
    running(station, recording)
    at = format_iso(Clock().utc_ns())
    job = station.recordings.get(recording["recording_id"])
    job.stop()
    assert saving.wait(60) and job.state is RecordingState.FINALISING
    ids = {"recording_ids": [recording["recording_id"]]}
    late = [wire.post("/events", {"at": at, **given}).json()["events"][0] for given in (ids, {})]
    refused = wire.post("/events", ids)
    assert (refused.status, refused.code) == (409, "not_recording")
    go_on.set()
    assert job.wait(60)
    video = "/videos/" + quote(job.filename)
    assert [each["id"] for each in receipt_of(wire, video)["events"]] == [e["id"] for e in late]
    [later] = wire.post("/events", {"at": at}).json()["events"]
    assert receipt_of(wire, video)["events"][-1]["id"] == later["id"]


def test_mark_all_makes_one_event_in_each_recording(wire, station, camera):
    with another_camera(wire) as (_, session):
        body = {"session_ids": [camera, session], "duration": 600, "details": {"trial": "1"}}
        both = wire.post("/record/together", {**body, "name": "Pair"}).json()["recordings"]
        for each in both:
            job = station.recordings.get(each["recording_id"])
            until(lambda job=job: job.has_started and job.bytes > 0)
        marked = wire.post("/events", {"text": "both"}).json()["events"]
        assert {e["recording_id"] for e in marked} == {e["recording_id"] for e in both}
        assert len({each["id"] for each in marked}) == 2
        one = {"text": "one", "recording_ids": [both[0]["recording_id"], camera]}
        assert len(wire.post("/events", one).json()["events"]) == 1
        videos = [finish(wire, each) for each in both]
        receipts = [receipt_of(wire, each) for each in videos]
        assert [len(each["events"]) for each in receipts] == [2, 1]
        assert [(e["name"], e["details"]) for e in receipts] == [("Pair", {"trial": "1"})] * 2


def test_an_event_that_does_not_fit_on_the_disk_is_in_none_of_the_recordings(
    wire, station, camera, monkeypatch
):
    """A stand-in for a disk that becomes full between the events of two recordings."""
    with MjpegCamera() as other:
        session = wire.post("/session/open", {"url": other.url}).json()["session_id"]
        both = [begin(wire, each) for each in (camera, session)]
        for each in both:
            running(station, each)
        append, appended = EventLogFile.append, []

        def fill_disk(file, lines):
            if appended:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            append(file, lines)
            appended.append(file.path)

        with monkeypatch.context() as full:
            full.setattr(EventLogFile, "append", fill_disk)
            refused = wire.post("/events", {"text": "both"})
        assert (refused.status, refused.code) == (503, "folder_unwritable")
        assert len(appended) == 1 and EventLog(appended[0], "any").events() == []
        for each in both:
            assert wire.get(f"/events?recording_id={each['recording_id']}").json()["events"] == []
            finish(wire, each)
        wire.post("/session/close", {"session_id": session})


def test_a_deleted_event_does_not_come_back_after_its_log_could_not_be_removed(
    wire, station, camera, monkeypatch
):
    """A stand-in for a log that another program has open, as on Windows."""
    recording = begin(wire, camera)
    running(station, recording)
    gone, kept = [wire.post("/events", {}).json()["events"][0] for _ in range(2)]

    def fail(file):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file.path))

    with monkeypatch.context() as in_use:
        in_use.setattr(EventLogFile, "delete", fail)
        video = finish(wire, recording)
    assert wire.ask("DELETE", f"/events/{gone['id']}").status == 204
    assert [each["id"] for each in receipt_of(wire, video)["events"]] == [kept["id"]]
    job = station.recordings.get(recording["recording_id"])
    job.result.release_events()  # as the next start does
    assert [each["id"] for each in receipt_of(wire, video)["events"]] == [kept["id"]]
    assert job.event_log.is_released and not job.options.folder.exists()


def test_a_clock_that_is_set_while_it_records_moves_no_event(wire, station, camera, monkeypatch):
    """A stand-in for a clock that is set: a test may not set this computer's."""
    recording = begin(wire, camera)
    running(station, recording)
    real = station.clock.utc_ns
    at = real()
    monkeypatch.setattr(station.clock, "utc_ns", lambda: real() + NS_PER_HOUR)
    [now] = wire.post("/events", {}).json()["events"]
    [stated] = wire.post("/events", {"at": format_iso(at + NS_PER_HOUR)}).json()["events"]
    monkeypatch.undo()
    assert abs(iso_to_utc_ns(now["at"]) - real()) < NS_PER_HOUR // 2
    assert abs(iso_to_utc_ns(stated["at"]) - at) < SECOND
    finish(wire, recording)


def test_a_recording_whose_video_was_deleted_gets_no_event(wire, station, camera):
    recording = begin(wire, camera)
    running(station, recording)
    at = format_iso(Clock().utc_ns())
    wire.post("/events", {"text": "gone"})
    assert wire.ask("DELETE", finish(wire, recording)).status == 204
    refused = wire.post("/events", {"at": at})
    assert (refused.status, refused.code) == (409, "nothing_recorded")
    ids = [recording["recording_id"]]
    refused = wire.post("/events", {"at": at, "recording_ids": ids})
    assert (refused.status, refused.code) == (404, "no_recording")
    assert wire.get(f"/events?recording_id={ids[0]}").json() == {"events": []}


def test_nothing_can_be_marked_where_nothing_records(wire, station, video):
    refused = wire.post("/events", {"text": "lost"})
    assert (refused.status, refused.code) == (409, "nothing_recorded")
    old = wire.post("/events", {"at": "2001-01-01T00:00:00Z"})
    assert (old.status, old.code) == (409, "nothing_recorded")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": "x" * 10_000}, "bad_event_text"),
        ({"text": "a\x00b"}, "bad_event_text"),
        ({"text": "a\nb"}, "bad_event_text"),
        ({"text": "\ud800"}, "bad_event_text"),
        ({"text": 1}, "bad_event_text"),
        ({"value": [1]}, "bad_event_value"),
        ({"value": True}, "bad_event_value"),
        ({"value": "x" * 1001}, "bad_event_value"),
        (b'{"second": 0, "value": NaN}', "bad_event_value"),
        (b'{"second": 0, "value": 1e999}', "bad_event_value"),
        (b'{"second": 0, "length": Infinity}', "bad_event_length"),
        ({"length": -1}, "bad_event_length"),
        ({"source": "x" * 65}, "bad_event_source"),
        ({"extra": 1}, "bad_field"),
        (b"[]", "bad_json"),
    ],
)
def test_a_bad_event_is_refused_with_its_code_and_changes_nothing(wire, video, body, code):
    before = receipt_of(wire, video[1])
    given = body if isinstance(body, bytes) else {"second": 0, **body}
    reply = wire.post(f"{video[1]}/events", given)
    assert (reply.status, reply.code) == (400, code)
    assert receipt_of(wire, video[1]) == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "bad_field"),
        ({"at": "2026-11-24T14:03:00Z", "second": 1}, "bad_field"),
        (b'{"second": NaN}', "bad_field"),
        (b'{"second": 1e300}', "bad_field"),
        ({"second": -1}, "bad_field"),
        ({"at": "yesterday"}, "bad_event_time"),
        ({"at": "2026-11-24T14:03:00"}, "bad_event_time"),
        ({"at": "9999-12-31T23:59:59-14:00"}, "bad_event_time"),
        ({"at": 1_790_000_000}, "bad_event_time"),
        ({"at": "0001-01-01T00:00:00Z"}, "event_before_start"),
        ({"at": "9999-12-31T23:59:59Z"}, "event_after_end"),
        ({"second": 3600}, "event_after_end"),
    ],
)
def test_a_moment_outside_of_a_video_is_refused_with_its_code(wire, video, body, code):
    reply = wire.post(f"{video[1]}/events", body)
    assert (reply.status, reply.code) == (400, code)
    assert (
        reply.json()["error"]["message"]
        != wire.post(f"{video[1]}/events", body, Accept_Language="fr").json()["error"]["message"]
    )


def test_a_moment_outside_of_a_recording_is_refused_with_its_code(wire, station, camera):
    recording = begin(wire, camera)
    running(station, recording)
    ids = {"recording_ids": [recording["recording_id"]]}
    started_at = iso_to_utc_ns(recording["started_at"])
    for at, code in ((started_at - SECOND, "event_before_start"), (2**62, "event_in_future")):
        reply = wire.post("/events", {"at": format_iso(at), **ids})
        assert (reply.status, reply.code) == (400, code)
    future = wire.post("/events", {"at": format_iso(Clock().utc_ns() + 60 * SECOND)})
    assert (future.status, future.code) == (400, "event_in_future")
    unknown = wire.post("/events", {"recording_ids": [*ids["recording_ids"], "nothing"]})
    assert (unknown.status, unknown.code) == (404, "no_recording")
    assert wire.get(f"/record/status/{recording['recording_id']}").json()["events"] == 0
    finish(wire, recording)
    after = wire.post("/events", {"at": format_iso(Clock().utc_ns()), **ids})
    assert (after.status, after.code) == (400, "event_after_end")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("PATCH", "/events/nothing", {"text": "a"}, 404, "no_event"),
        ("PATCH", "/events/nothing", {}, 400, "no_change"),
        ("PATCH", "/events/nothing", {"text": None}, 400, "bad_event_text"),
        ("PATCH", "/events/nothing", {"at": "2026-11-24T14:03:00Z"}, 400, "bad_field"),
        ("DELETE", "/events/nothing", None, 404, "no_event"),
        ("GET", "/events?recording_id=nothing", None, 404, "no_recording"),
        ("GET", "/events", None, 400, "bad_field"),
        ("GET", "/videos/nothing.mp4/events", None, 404, "no_video"),
        ("POST", "/videos/nothing.mp4/events", {"second": 0}, 404, "no_video"),
        ("POST", "/videos/..%2Fnothing.mp4/events", {"second": 0}, 400, "bad_filename"),
        ("POST", "/events", {"recording_ids": []}, 400, "bad_field"),
        ("POST", "/events", {"recording_ids": ["nothing"]}, 404, "no_recording"),
    ],
)
def test_what_does_not_exist_has_no_events(wire, video, method, path, body, status, code):
    reply = wire.ask(method, path, body)
    assert (reply.status, reply.code) == (status, code)


@pytest.mark.parametrize(
    "details",
    [
        {str(number): "" for number in range(33)},
        {"": "a"},
        {"x" * 65: "a"},
        {"a": "x" * 1001},
        {"a": "b\nc"},
        {"a": 1},
        {"a": None},
        ["a"],
        "a",
    ],
)
def test_bad_details_are_refused_and_nothing_is_recorded(wire, camera, details):
    bodies = {
        "/record/start": {"session_id": camera, "duration": 60},
        "/record/together": {"session_ids": [camera], "duration": 60},
    }
    before = wire.get("/record/list").body
    for path, body in bodies.items():
        reply = wire.post(path, {**body, "details": details})
        assert (reply.status, reply.code) == (400, "bad_details")
    assert wire.get("/record/list").body == before


def test_a_video_that_camrec_did_not_record_has_no_events(wire, station, video):
    name = "copied.mp4"
    copied = station.library.folder / name
    source = station.library.folder / json.loads(wire.get("/videos").body)["videos"][0]["filename"]
    copied.write_bytes(source.read_bytes())
    assert wire.get(f"/videos/{name}/events").json() == {"events": []}
    refused = wire.post(f"/videos/{name}/events", {"second": 0})
    assert (refused.status, refused.code) == (409, "no_receipt_for_events")
    assert wire.ask("DELETE", f"/videos/{name}").status == 204


def test_camrec_places_the_events_of_a_video_that_it_saved_just_before_it_was_killed(
    binaries, tmp_path, film
):
    """What a kill leaves between the saving of a video and the end of its recording."""
    file, receipt = film
    config = binaries.config(tmp_path)
    recording_id = receipt.recording_id
    with Station(config) as station:
        folder = station.library.segments_folder(recording_id)
        folder.mkdir()
        (folder / "video-1.mp4").write_bytes(file.read_bytes())
        filename = station.library.save(folder / "video-1.mp4", receipt)
    event = create_event(iso_to_utc_ns(receipt.started_at) + SECOND, {"text": "late"}, "test")
    EventLog(folder / EVENT_LOG_FILENAME, recording_id).add(event)
    entry = {
        "recording_id": recording_id, "session_id": "s", "session_name": "Door",
        "address": "rtsp://127.0.0.1:1/", "name": "Door", "duration": 4,
        "started_at": iso_to_utc_ns(receipt.started_at), "ended": "time",
        "over": iso_to_utc_ns(receipt.ended_at),
        "parts": [{"file": "part-1.mp4", "zero": iso_to_utc_ns(receipt.started_at)}],
    }  # fmt: skip
    (tmp_path / "videos" / ".journal").mkdir(exist_ok=True)
    (tmp_path / "videos" / ".journal" / f"{recording_id}.json").write_text(json.dumps(entry))
    with Station(config) as station:
        assert station.library.get(filename).receipt.events == [event]
        assert not folder.exists()
    assert list((tmp_path / "videos" / ".journal").iterdir()) == []
