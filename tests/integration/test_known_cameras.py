"""Cameras keep their id and name, recent ones are opened again, all open ones recorded at once."""

from __future__ import annotations

import json
import threading

import pytest

import camrec
from camrec.annotations import Details
from camrec.camera_address import parse_address
from camrec.camera_registry import CAMERA_FILE_NAME
from camrec.camera_registry.identity import fingerprint_secrets
from camrec.clock import parse_iso
from camrec.config import Config
from camrec.errors import CameraError, DiskError, NotFoundError, StateError
from camrec.journal import Journal
from camrec.receipt import Receipt
from camrec.session import Session, SessionState
from camrec.station import CamerasChanged, Station
from support.cameras.mjpeg import MjpegCamera
from support.cameras.raw_http import RawHttpCamera, encode_jpegs
from support.journal_entry import ENTRY
from support.units_made import until
from support.wire import serving

pytestmark = pytest.mark.spread


@pytest.fixture
def config(binaries, tmp_path) -> Config:
    return binaries.config(tmp_path)


def live(session: Session) -> Session:
    session.machine.wait(lambda state: state is not SessionState.OPENING)
    assert session.state is SessionState.LIVE
    return session


def test_a_camera_is_opened_again_and_asks_for_its_password_after_a_restart(config):
    with MjpegCamera(auth="basic", user="user", password="canary") as camera:
        with Station(config) as station:
            session = station.cameras.open(camera.url, "Bench")
            assert station.known_cameras.recent() == [], "it is open"
            station.cameras.close(session.session_id)
            (known,) = station.known_cameras.recent()
            assert (known.name, known.guarded) == ("Bench", True)
            again = live(station.known_cameras.reopen(known.camera_id))
            assert (again.name, again.camera_id) == ("Bench", session.camera_id)
        with Station(config) as station:
            assert station.known_cameras.needs_password(known)
            with pytest.raises(CameraError) as refused:
                station.known_cameras.reopen(known.camera_id)
            assert refused.value.code == "camera_wrong_password"
            session = station.cameras.open(camera.url)
            assert (session.name, session.camera_id) == ("Bench", known.camera_id)
            station.cameras.close(session.session_id)
            station.known_cameras.remove(known.camera_id)
            with pytest.raises(NotFoundError):
                station.known_cameras.reopen(known.camera_id)
    for path in config.videos.rglob("*"):
        assert path.is_dir() or b"canary" not in path.read_bytes()


def test_a_camera_with_a_secret_parameter_is_recent_only_while_the_secret_is_known(config):
    with RawHttpCamera(encode_jpegs()) as camera:
        url = f"{camera.url}?token=canary"
        with Station(config) as station:
            session = station.cameras.open(url, "Bench")
            station.cameras.close(session.session_id)
            (known,) = station.known_cameras.recent()
            live(station.known_cameras.reopen(known.camera_id))
        with Station(config) as station:
            assert station.known_cameras.recent() == []
            assert station.cameras.open(url).camera_id == known.camera_id
    assert b"canary" not in (config.videos / CAMERA_FILE_NAME).read_bytes()


def test_the_built_in_cameras_have_fixed_ids_and_are_not_on_the_list(config):
    with Station(config) as station:
        sessions = [live(each) for each in station.demo.open_all()]
        assert {each.name: each.camera_id for each in sessions} == {
            "Demo RTSP": "demo-rtsp",
            "Demo MJPEG": "demo-mjpeg",
        }
        for session in sessions:
            station.cameras.close(session.session_id)
        assert station.known_cameras.recent() == station.known_cameras.all() == []
    assert not (config.videos / CAMERA_FILE_NAME).exists()


def test_a_failed_opening_leaves_no_camera_and_no_new_name(config):
    with Station(config) as station:
        with pytest.raises(CameraError):
            station.cameras.open("rtsp://127.0.0.1:9/stream", "Door")
        assert station.known_cameras.all() == []
        with MjpegCamera() as camera:
            session = station.cameras.open(camera.url, "Bench")
            station.cameras.close(session.session_id)
        failed = station.cameras.begin_open(camera.url, "Door")
        failed.machine.wait(lambda state: state is not SessionState.OPENING)
        (known,) = station.known_cameras.all()
        assert (known.camera_id, known.name) == (session.camera_id, "Bench")
        until(lambda: removed(station, known.camera_id))  # a failed session does not keep it open


def removed(station: Station, camera_id: str) -> bool:
    """Whether a camera could be removed; not if one of its sessions is just ending."""
    try:
        station.known_cameras.remove(camera_id)
    except StateError:
        return False
    return True


def test_two_cameras_at_one_host_have_different_names_whenever_they_are_opened(config):
    with Station(config) as station, MjpegCamera() as first, MjpegCamera() as second:
        for camera in (first, second):
            station.cameras.close(station.cameras.open(camera.url).session_id)
        names = ["127.0.0.1", f"127.0.0.1:{parse_address(second.url).port}"]
        assert [each.name for each in station.known_cameras.all()] == names[::-1]
        assert [station.cameras.open(each.url).name for each in (first, second)] == names


def test_other_calls_do_not_wait_for_the_fingerprint_of_an_address(config, monkeypatch):
    was_locked = []
    with Station(config) as station:

        def note(*given):
            was_locked.append(station.cameras._lock.locked())
            return fingerprint_secrets(*given)

        monkeypatch.setattr("camrec.camera_registry.registry.fingerprint_secrets", note)
        session = station.cameras.begin_open("http://127.0.0.1:9/video?pwd=canary")
        session.machine.wait(lambda state: state is not SessionState.OPENING)
    assert was_locked and not any(was_locked)


def test_rest_lists_renames_moves_and_removes_a_camera(config):
    with MjpegCamera(auth="basic", user="user", password="canary") as camera:
        with serving(config) as (station, wire):
            sessions = [
                wire.post("/session/open", {"url": url, **further}).json()
                for url, further in ((camera.url, {"name": "Door"}), (camera.url, {}))
            ]
            camera_id = sessions[0]["camera_id"]
            assert sessions[1]["camera_id"] == camera_id, "two sessions of one camera"
            path = f"/cameras/{camera_id}"
            body = {"session_id": sessions[0]["session_id"], "duration": 1}
            recording = wire.post("/record/start", body).json()
            assert recording["camera_id"] == camera_id
            (listed,) = wire.get("/cameras").json()["cameras"]
            assert listed == {
                "camera_id": camera_id,
                "name": "Door",
                "url": sessions[0]["url"],
                "kind": "mjpeg",
                "stays": False,
                "clock": "arrival",
                "delay": None,
                "session_ids": [each["session_id"] for each in sessions],
            }
            renamed = wire.ask("PATCH", path, {"name": "Gate"})
            assert (renamed.status, renamed.json()) == (200, {**listed, "name": "Gate"})
            assert [each.name for each in station.cameras.sessions()] == [
                "Gate",
                sessions[1]["name"],
            ]
            for method, asked in (
                ("PATCH", {"url": "http://other/a", "name": "No"}),
                ("DELETE", None),
            ):
                refused = wire.ask(method, path, asked)
                assert (refused.status, refused.code) == (409, "camera_open")
            station.recordings.wait_until_saved()
            for each in sessions:
                wire.post("/session/close", {"session_id": each["session_id"]})
            (video,) = wire.get("/videos").json()["videos"]
            receipt = wire.get(f"/receipts/{video['filename'].replace(' ', '%20')}").json()
            assert video["camera_id"] == receipt["camera_id"] == camera_id
            assert (video["camera"], receipt["camera"]) == ("Door", "Door")
        with serving(config) as (station, wire):
            (listed,) = wire.get("/cameras").json()["cameras"]
            assert (listed["camera_id"], listed["name"], listed["session_ids"]) == (
                camera_id,
                "Gate",
                [],
            )
            moved = wire.ask("PATCH", path, {"url": "http://user:canary@192.0.2.1/a"})
            assert (moved.status, moved.json()["url"]) == (200, "http://192.0.2.1/a")
            with MjpegCamera() as second:
                other = wire.post("/session/open", {"url": second.url}).json()
            taken = wire.ask("PATCH", path, {"url": second.url})
            assert (taken.status, taken.code) == (409, "camera_exists")
            assert other["camera_id"] != camera_id
            assert wire.ask("DELETE", path).status == 204
            for method, asked in (("DELETE", None), ("PATCH", {"name": "Gate"})):
                missing = wire.ask(method, path, asked)
                assert (missing.status, missing.code) == (404, "no_camera")
            (left,) = wire.get("/cameras").json()["cameras"]
            assert left["camera_id"] == other["camera_id"]
    assert b"canary" not in (config.videos / CAMERA_FILE_NAME).read_bytes()


def test_a_program_sets_and_clears_the_measured_delay_of_an_open_camera(config):
    delay = {
        "seconds": 0.137,
        "uncertainty": 0.002,
        "measured_at": "2026-11-24T14:03:00.000000Z",
        "utc_source": "arrival",
    }
    with MjpegCamera() as source, serving(config) as (station, wire):
        with camrec.connect(wire.url) as connection:
            camera = connection.open(source.url)
            assert camera.delay is None
            path = f"/cameras/{camera.id}"
            reply = wire.ask("PATCH", path, {"delay": delay})
            assert (reply.status, reply.json()["delay"]) == (200, delay)
            assert camera.delay.model_dump() == delay
            assert wire.ask("PATCH", path, {"name": "Gate"}).json()["delay"] == delay
            recording = station.recordings.start(camera.session_id, 1)
            assert recording.wait(60)
            assert recording.receipts[0].calibrated_delay.model_dump() == delay
            assert wire.ask("PATCH", path, {"delay": None}).json()["delay"] is None
            assert camera.delay is None
            del delay["measured_at"]
            now = wire.ask("PATCH", path, {"delay": delay}).json()["delay"]["measured_at"]
            assert parse_iso(now).timestamp() == pytest.approx(station.clock.utc_ns() / 1e9, abs=60)
        (listed,) = wire.get("/cameras").json()["cameras"]
        assert listed["delay"] == {**delay, "measured_at": now}


def test_a_camera_is_reported_once_it_is_stored(config):
    """Until then a page does not know, for example, that it is opened again at the next start."""
    with MjpegCamera() as camera, Station(config) as station:
        known: list[bool] = []
        station.changed.connect(
            lambda change: (
                isinstance(change, CamerasChanged)
                and known.extend(each.stays for each in station.known_cameras.all())
            )
        )
        station.cameras.open(camera.url, stays=True)
        until(lambda: known == [True])


class HeldCamera(RawHttpCamera):
    """It sends nothing until it is `released`."""

    def __init__(self) -> None:
        super().__init__(encode_jpegs())
        self.released = threading.Event()

    def pace(self):
        self.released.wait(60)
        return super().pace()


@pytest.mark.parametrize(("given", "chosen"), [("camera", "arrival"), (None, "camera")])
def test_a_clock_that_is_chosen_while_a_camera_opens_stays_chosen(config, given, chosen):
    with HeldCamera() as camera, Station(config) as station:
        session = station.cameras.begin_open(camera.url, clock_choice=given)
        until(lambda: camera.requests)
        station.known_cameras.update(session.camera_id, None, None, chosen)
        assert session.state is SessionState.OPENING
        camera.released.set()
        live(session)
        (known,) = station.known_cameras.all()
        assert (known.clock, session.clock_choice) == (chosen, given or "arrival")
        station.cameras.close(session.session_id)
        assert station.cameras.open(camera.url).clock_choice == chosen


def test_a_camera_that_is_not_to_stay_any_more_while_it_opens_does_not_stay(config):
    with HeldCamera() as camera, Station(config) as station:
        session = station.cameras.begin_open(camera.url, stays=True)
        until(lambda: camera.requests)
        station.known_cameras.update(session.camera_id, None, None, stays=False)
        camera.released.set()
        live(session)
        (known,) = station.known_cameras.all()
        assert known.stays is False


def test_a_clock_and_staying_that_are_changed_while_open_waits_are_kept(config):
    with HeldCamera() as camera, Station(config) as station:
        opening = threading.Thread(
            target=station.cameras.open,
            args=(camera.url,),
            kwargs={"clock_choice": "camera", "stays": True},
        )
        opening.start()
        until(lambda: camera.requests)
        (session,) = station.cameras.sessions()
        station.known_cameras.update(session.camera_id, None, None, "arrival", stays=False)
        camera.released.set()
        opening.join()
        (known,) = station.known_cameras.all()
        assert (known.clock, known.stays) == ("arrival", False)


def test_a_video_keeps_its_camera_when_there_are_too_many(config, monkeypatch):
    monkeypatch.setattr("camrec.camera_registry.camera_list.MAX_STORED_CAMERAS", 1)
    with Station(config) as station:
        ids = []
        for duration in (1, None, None):
            with MjpegCamera() as camera:
                session = station.cameras.open(camera.url)
                if duration:
                    station.recordings.start(session.session_id, duration).wait()
                station.cameras.close(session.session_id)
                ids.append(session.camera_id)
        assert [each.camera_id for each in station.known_cameras.all()] == [ids[2], ids[0]]


@pytest.mark.parametrize("camera_id", ["0123456789abcdef", None])
def test_a_recording_of_an_earlier_camrec_keeps_its_camera(camera_id, config):
    """None: an older camrec, which gave cameras no ids."""
    with MjpegCamera() as camera:
        with Station(config) as station:
            now = station.clock.utc_ns()
        entry = ENTRY.model_copy(
            update={
                "address": camera.url,
                "camera_id": camera_id,
                "duration": 600,
                "started_at": now,
                "parts": (),
            }
        )
        Journal(config.videos / ".journal").save(entry)
        with Station(config) as station:
            (session,) = station.cameras.sessions()
            session.machine.wait(lambda state: state is SessionState.LIVE)
            (recording,) = station.recordings.all()
            recording.stop()
            recording.wait()
            station.cameras.close(session.session_id)
            (known,) = station.known_cameras.all()
            assert recording.camera_id == known.camera_id == session.camera_id
            assert camera_id in (None, known.camera_id)
            assert (known.name, known.url) == (ENTRY.session_name, camera.url)
            (receipt,) = recording.receipts
        assert receipt.camera_id == known.camera_id
        with Station(config) as station:
            assert station.cameras.open(camera.url).camera_id == known.camera_id


def test_a_receipt_of_an_older_camrec_has_no_camera_id(config):
    with MjpegCamera() as camera, serving(config) as (station, wire):
        session = station.cameras.open(camera.url)
        recording = station.recordings.start(session.session_id, 1)
        recording.wait()
        path = config.videos / recording.filename
        content = json.loads(path.with_suffix(".json").read_text("utf-8"))
        assert content.pop("camera_id") == session.camera_id
        path.with_suffix(".json").write_text(json.dumps(content), "utf-8")
        assert Receipt.read(path.with_suffix(".json")).camera_id is None
        (video,) = wire.get("/videos").json()["videos"]
        assert video["camera_id"] is None and video["playable"]


def test_start_all_records_every_live_camera_despite_a_rejected_one(config, monkeypatch):
    with MjpegCamera() as camera, Station(config) as station:
        with pytest.raises(StateError) as refused:
            station.recordings.start_all(60)
        assert refused.value.code == "nothing_to_record"
        first, second = (station.cameras.open(camera.url, name) for name in ("Door", "Bench"))
        station.cameras.begin_open("rtsp://127.0.0.1:9/stream")
        admit, asked = station.library.disk_space.require_space, []

        def refuse_the_first(*about):
            asked.append(about)
            if len(asked) == 1:
                raise DiskError("disk_full", needed=1, free=0, floor=0)
            admit(*about)

        monkeypatch.setattr(station.library.disk_space, "require_space", refuse_the_first)
        with pytest.raises(DiskError):
            station.recordings.start_all(60)
        assert first.recording is None
        assert second.recording.duration == 60
        (begun,) = station.recordings.start_all(90, details=Details({"Subject": "B4"}))
        assert begun is first.recording
        assert begun.options.details == {"Subject": "B4"}
        assert begun.duration == 90
        assert station.recordings.recordable.all() == []
