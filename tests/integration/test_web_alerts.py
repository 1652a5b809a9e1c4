"""Alerts by REST, from a real camera and real recordings."""

from __future__ import annotations

import pytest

from camrec.alerts import Alert
from camrec.clock import NS_PER_SECOND, format_iso, utc_ns
from camrec.library import DiskSpace
from camrec.planning import Delay, OccurrenceRecord, PlanDecision
from camrec.station import PlansChanged
from support.cameras.mjpeg import MjpegCamera
from support.units_made import until
from support.wire import serving

pytestmark = pytest.mark.slow(4)


@pytest.fixture(scope="module")
def served(binaries, tmp_path_factory):
    with serving(binaries.config(tmp_path_factory.mktemp("alerts"))) as (station, wire):
        yield station, wire


@pytest.fixture
def wire(served):
    """The server, without cameras and with no new alert afterwards."""
    station, wire = served
    yield wire
    for session in station.cameras.sessions():
        station.cameras.close(session.session_id)
    station.alerts.mark_all_seen()


def alerts(wire, **headers: str) -> list[dict]:
    reply = wire.get("/alerts", **headers)
    assert reply.status == 200
    return reply.json()["alerts"]


def new_alerts(wire) -> list[dict]:
    return [each for each in alerts(wire) if not each["seen"]]


def test_a_camera_that_is_lost_while_it_records_is_one_alert_until_it_is_back(wire, monkeypatch):
    monkeypatch.setattr("camrec.alerts.lost_cameras.LOST_AFTER_NS", 10**9)
    with MjpegCamera(rate=10) as camera:
        opened = wire.post("/session/open", {"url": camera.url, "name": "Street"}).json()
        body = {"session_id": opened["session_id"], "duration": 600}
        recording = wire.post("/record/start", body).json()
        camera.stop()
        until(lambda: new_alerts(wire))
        (lost,) = new_alerts(wire)
        assert lost["code"] == lost["kind"] == "camera_lost"
        assert (lost["until"], lost["camera"]) == (None, "Street")
        camera.start()
        until(lambda: new_alerts(wire)[0]["until"])
        (back,) = new_alerts(wire)
        assert (back["alert_id"], back["at"]) == (lost["alert_id"], lost["at"])
        assert back["at"] < back["until"]
        assert back["recording_id"] == recording["recording_id"]
        assert back["camera_id"] == opened["camera_id"]
        (french, *_) = alerts(wire, Accept_Language="fr")
        assert french["message"].startswith("Street\u00a0: pas d’image")
        wire.post("/record/stop", {"session_id": opened["session_id"]})
    assert len(new_alerts(wire)) == 1, "what a person stops is no alert"


def test_a_recording_without_a_frame_is_an_alert_and_a_cancelled_one_is_not(wire):
    with MjpegCamera(rate=10) as camera:
        opened = wire.post("/session/open", {"url": camera.url, "name": "Door"}).json()
        camera.stop()
        until(lambda: wire.get("/health").json()["without_picture"] == [opened["session_id"]])
        later, soon = (format_iso(utc_ns() + each * NS_PER_SECOND) for each in (3600, 2))
        body = {"session_id": opened["session_id"], "duration": 1}
        cancelled = wire.post("/record/start", {**body, "start_at": later}).json()
        recording = wire.post("/record/start", {**body, "start_at": soon}).json()
        until(lambda: new_alerts(wire), 40)
        wire.post("/session/close", {"session_id": opened["session_id"]})
    status = wire.get(f"/record/status/{cancelled['recording_id']}").json()
    assert status["error"]["code"] == "recording_cancelled"
    (empty,) = new_alerts(wire)
    assert (empty["kind"], empty["code"]) == ("ended_early", "ended_empty")
    assert empty["recording_id"] == recording["recording_id"]
    assert empty["message"] == "Door: nothing was recorded, the camera sent no picture"


def test_a_plan_that_was_missed_is_an_alert(served, wire):
    station, _ = served
    end = station.clock.utc_ns() - NS_PER_SECOND
    record = OccurrenceRecord(
        plan_id="p1",
        camera_id="removed",
        starts_at=end - 60 * NS_PER_SECOND,
        ends_at=end,
        state="missed",
        delays=(Delay(reason="off", start=end - 60 * NS_PER_SECOND, end=end),),
    )
    store = station.plans.store
    past = (*store.state.past, record)
    state = store.state.model_copy(update={"past": past})
    store.save_decision(PlanDecision((), state, frozenset(), must_save=False, wake_at=0))
    station.changed.emit(PlansChanged())
    until(lambda: new_alerts(wire))
    (missed,) = new_alerts(wire)
    assert (missed["kind"], missed["code"]) == ("plan_missed", "missed_off")
    assert (missed["plan_id"], missed["until"]) == ("p1", format_iso(end))


def test_a_disk_that_a_scheduled_recording_will_fill_is_an_alert(served, wire, monkeypatch):
    station, _ = served
    with MjpegCamera(rate=10) as camera:
        opened = wire.post("/session/open", {"url": camera.url, "name": "Door"}).json()
        until(lambda: wire.get("/session/list").json()["sessions"][0]["figures"]["bit_rate"])
        start_at = format_iso(utc_ns() + 3600 * NS_PER_SECOND)
        body = {"session_id": opened["session_id"], "duration": 86_400, "start_at": start_at}
        assert wire.post("/record/start", body).status == 201
        free = station.config.min_free_bytes + 1000
        monkeypatch.setattr(DiskSpace, "free_bytes", property(lambda disk: free))
        station.alerts._disk._next_check = 0
        station.changed.emit(PlansChanged())
        until(lambda: new_alerts(wire))
        (full,) = new_alerts(wire)
        assert (full["kind"], full["message"]) == (
            "disk_full_soon",
            "The disk will be full within an hour",
        )
        wire.post("/session/close", {"session_id": opened["session_id"]})
        station.alerts._disk._next_check = 0
        station.changed.emit(PlansChanged())
        until(lambda: new_alerts(wire)[0]["code"] == "disk_idle")


def test_alerts_are_seen_by_their_ids_or_all_at_once(served, wire):
    station, _ = served
    made = []
    for _ in range(3):
        now, facts = station.clock.utc_ns(), {"seconds": 3}
        made.append(Alert.create("clock_jumped", "clock_back", now, facts=facts))
        station.alerts._book.add(made[-1])
    made = [each.alert_id for each in made]
    reply = wire.post("/alerts/seen", {"ids": made[:1]})
    assert reply.status == 200
    seen = {each["alert_id"] for each in reply.json()["alerts"] if each["seen"]}
    assert seen & set(made) == set(made[:1])
    assert wire.post("/alerts/seen", {"ids": ["nothing"]}).code == "no_alert"
    for body in ({}, {"ids": []}, {"all": False}, {"all": True, "ids": made}, {"ids": "x"}):
        assert wire.post("/alerts/seen", body).status == 400, body
    assert len(new_alerts(wire)) == 2
    assert wire.post("/alerts/seen", {"all": True}).status == 200
    assert new_alerts(wire) == []
