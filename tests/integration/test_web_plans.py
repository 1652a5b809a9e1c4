"""Plans and their calendar over REST, against one server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from camrec.planning import PLAN_FILE_NAME
from camrec.station import Station
from support.cameras.mjpeg import MjpegCamera
from support.units_made import until
from support.wire import Wire, serving

DAILY = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}
NIGHT = {**DAILY, "start": "22:00", "end": "02:30:15"}
IN_HOURS = datetime.now(ZoneInfo("Europe/Oslo")) + timedelta(hours=7)
LATER = {**DAILY, "start": f"{IN_HOURS:%H}:00", "end": f"{IN_HOURS:%H}:30:15"}  # not now
URL, GUARDED = "rtsp://camera/stream", "rtsp://lea:canary-word@camera/stream"
TROMSO = [69.65, 18.96]


@pytest.fixture(scope="module")
def served(binaries, tmp_path_factory):
    config = binaries.config(tmp_path_factory.mktemp("plans"))
    config.timezone, config.place = "Europe/Oslo", TROMSO
    with serving(config) as (station, wire):
        yield station, wire


@pytest.fixture
def station(served) -> Station:
    return served[0]


@pytest.fixture
def wire(served) -> Iterator[Wire]:
    """There are no plans and no closed cameras afterwards."""
    station, wire = served
    yield wire
    for plan in station.plans.all():
        station.plans.remove(plan.plan_id)
    for session in station.cameras.sessions():
        station.cameras.close(session.session_id)
    for camera in station.known_cameras.all():
        station.known_cameras.remove(camera.camera_id)


def calendar(wire: Wire, from_day: date, to_day: date, language: str = "en") -> dict:
    path = f"/plans/calendar?from={from_day}&to={to_day}"
    reply = wire.get(path, Accept_Language=language)
    assert reply.status == 200, reply.body
    return reply.json()


def next_midwinter() -> date:
    today = datetime.now(timezone.utc).date()
    return next(
        day for year in (0, 1) if (day := date(today.year + year, 12, 21)) > today + timedelta(1)
    )


def test_a_plan_is_added_read_changed_paused_and_removed(wire, station):
    body = {"cameras": [GUARDED], **LATER, "name": "Night", "details": {"subject": "A17"}}
    reply = wire.post("/plans", body)
    plan = reply.json()
    assert reply.status == 201 and b"canary" not in reply.body
    (camera,) = wire.get("/cameras").json()["cameras"]
    assert camera["session_ids"] == [] and camera["url"] == URL
    assert plan == {
        "plan_id": plan["plan_id"],
        "cameras": [camera["camera_id"]],
        **LATER,
        "duration": None,
        "always": False,
        "video_length": None,
        "until": None,
        "enabled": True,
        "name": "Night",
        "details": {"subject": "A17"},
        "next": plan["next"],
    }
    assert datetime.fromisoformat(plan["next"].replace("Z", "+00:00")).minute == 0
    assert (station.config.videos / PLAN_FILE_NAME).read_text("utf-8").count("canary") == 0
    path = f"/plans/{plan['plan_id']}"
    assert wire.get(path).json() == plan
    assert wire.get("/plans").json() == {"plans": [plan]}
    paused = wire.ask("PATCH", path, {"enabled": False, "name": None}).json()
    assert (paused["enabled"], paused["name"], paused["next"]) == (False, None, None)
    typed = wire.ask("PATCH", path, {"start": "9:00"}).json()
    assert typed["start"] == "09:00"
    sun = {"start": {"sun": "sunset"}, "end": None, "duration": 600, "enabled": True}
    changed = wire.ask("PATCH", path, sun).json()
    assert changed["start"] == {"sun": "sunset", "offset": 0} and changed["end"] is None
    # What a reply contains can be sent again.
    again = wire.post("/plans", {k: v for k, v in changed.items() if k not in ("plan_id", "next")})
    assert again.status == 201
    assert wire.ask("DELETE", path).status == 204
    assert (wire.get(path).status, wire.get(path).code) == (404, "no_plan")
    assert len(wire.get("/plans").json()["plans"]) == 1


def test_a_camera_of_a_plan_cannot_be_removed(wire):
    plan = wire.post("/plans", {"cameras": [URL], "always": True, "enabled": False}).json()
    assert plan["days"] == [] and plan["start"] is None and plan["always"] is True
    reply = wire.ask("DELETE", f"/cameras/{plan['cameras'][0]}")
    assert (reply.status, reply.code) == (409, "camera_planned")


def test_the_calendar_gives_states_and_reasons_in_both_languages(wire):
    winter = next_midwinter()
    plan = wire.post(
        "/plans", {"cameras": [URL], **DAILY, "start": {"sun": "sunrise"}, "end": "12:00"}
    ).json()
    french, english = (calendar(wire, winter, winter, each) for each in ("fr", "en"))
    (occurrence,) = french["occurrences"]
    assert occurrence == {
        "plan_id": plan["plan_id"],
        "camera_id": plan["cameras"][0],
        "day": winter.isoformat(),
        "starts_at": occurrence["starts_at"],
        "ends_at": occurrence["starts_at"],
        "began_at": None,
        "state": "impossible",
        "state_text": "n’aura pas lieu",
        "reason": {
            "code": "sun_down_all_day",
            "message": "le soleil ne se lève pas ce jour-là",
        },
        "filenames": [],
    }
    assert english["occurrences"][0]["reason"]["message"] == "the sun stays down all day"
    assert english["timezone"] == "Europe/Oslo" and english["full_at"] is None
    (free,) = english["free_after"]
    assert free["date"] == winter.isoformat() and free["free_bytes"] > 0


def test_occurrences_of_a_night_are_of_the_day_on_which_they_start(wire):
    wire.post("/plans", {"cameras": [URL], **NIGHT})
    day = datetime.now(timezone.utc).date() + timedelta(2)
    found = calendar(wire, day, day + timedelta(1))["occurrences"]
    assert [each["day"] for each in found] == [f"{day}", f"{day + timedelta(1)}"]
    assert {each["state"] for each in found} == {"planned"}
    assert found[0]["ends_at"] > f"{day + timedelta(1)}"


def test_a_recording_that_somebody_scheduled_is_in_the_calendar_without_a_plan(wire, station):
    with MjpegCamera() as camera:
        session = wire.post("/session/open", {"url": camera.url}).json()
        try:
            start = datetime.now(timezone.utc) + timedelta(hours=5)
            body = {"session_id": session["session_id"], "duration": 60}
            recording = wire.post(
                "/record/start", {**body, "start_at": start.isoformat(timespec="seconds")}
            ).json()
            days = start.date() - timedelta(1), start.date() + timedelta(1)
            (found,) = calendar(wire, *days)["occurrences"]
            assert (found["plan_id"], found["state"]) == (None, "planned")
            assert found["began_at"] is None
            assert found["camera_id"] == session["camera_id"]
            assert (found["starts_at"], found["ends_at"]) == (
                recording["started_at"],
                recording["ends_at"],
            )
            # While it delivers, its rate is known, and a plan counts on the disk.
            wire.post("/plans", {"cameras": [session["camera_id"]], **LATER})

            def free() -> list[int]:
                return [each["free_bytes"] for each in calendar(wire, *days)["free_after"]]

            until(lambda: (found := free())[0] > found[-1] and len(found) > 1, 30)
            wire.post("/record/stop", {"recording_id": recording["recording_id"]})
            found = calendar(wire, *days)["occurrences"]
            assert None not in [each["plan_id"] for each in found], "it was cancelled"
            # One that has begun.
            soon = datetime.now(timezone.utc) + timedelta(seconds=1)
            begun = wire.post("/record/start", {**body, "start_at": soon.isoformat()}).json()
            until(lambda: station.recordings.get(begun["recording_id"]).has_started, 30)
            days = soon.date() - timedelta(1), soon.date() + timedelta(1)
            found = calendar(wire, *days)["occurrences"]
            (found,) = [each for each in found if each["plan_id"] is None]
            assert (
                found["began_at"]
                == wire.get(f"/record/status/{begun['recording_id']}").json()["started_at"]
            )
        finally:
            station.cameras.close(session["session_id"])


def test_recordings_together_are_in_the_calendar_only_if_somebody_scheduled_them(wire, station):
    with MjpegCamera(rate=10) as camera:
        session = wire.post("/session/open", {"url": camera.url}).json()
        try:
            body = {"session_ids": [session["session_id"]], "duration": 60}
            start = datetime.now(timezone.utc) + timedelta(hours=5)
            days = start.date() - timedelta(1), start.date() + timedelta(1)

            def occurrences() -> list[dict]:
                found = calendar(wire, *days)["occurrences"]
                return [each for each in found if each["camera_id"] == session["camera_id"]]

            (begun,) = wire.post("/record/together", body).json()["recordings"]
            assert occurrences() == []
            until(lambda: station.recordings.get(begun["recording_id"]).has_started)
            assert occurrences() == []

            body |= {"start_at": start.isoformat(), "details": {"subject": "A17"}}
            reply = wire.post("/record/together", body)
            (later,) = reply.json()["recordings"]
            assert (reply.status, later["state"]) == (201, "scheduled")
            assert later["details"] == {"subject": "A17"}
            (found,) = occurrences()
            assert (found["plan_id"], found["state"]) == (None, "planned")
            assert found["starts_at"] == later["started_at"]
            endless = body | {"duration": None, "video_length": 60}
            (forever,) = wire.post("/record/together", endless).json()["recordings"]
            assert (forever["duration"], forever["ends_at"]) == (None, None)
            wire.post("/record/stop", {"recording_id": forever["recording_id"]})

            days_off = [(start + timedelta(days=by)).isoformat() for by in (-1, 40)]
            for bad in (*days_off, "2026-11-24T14:03:00", "tomorrow", 5):
                reply = wire.post("/record/together", body | {"start_at": bad})
                assert (reply.status, reply.json()["error"]["code"]) == (400, "bad_start"), bad
            assert len(occurrences()) == 1
        finally:
            station.cameras.close(session["session_id"])


def test_a_closed_camera_is_scheduled_by_its_id(wire, station):
    with MjpegCamera(rate=10) as camera:
        session = wire.post("/session/open", {"url": camera.url}).json()
        station.cameras.close(session["session_id"])
        start = datetime.now(timezone.utc) + timedelta(hours=5)
        body = {"camera_id": session["camera_id"], "duration": 60, "start_at": start.isoformat()}
        reply = wire.post("/record/start", body)
        scheduled = reply.json()
        assert (reply.status, scheduled["state"]) == (201, "scheduled")
        assert scheduled["camera_id"] == session["camera_id"]
        assert wire.get("/session/list").json()["sessions"] == []
        stopped = wire.post("/record/stop", {"recording_id": scheduled["recording_id"]}).json()
        assert stopped["error"]["code"] == "recording_cancelled"
        for wrong, status, code in (
            ({**body, "session_id": "x"}, 400, "bad_field"),
            ({"duration": 60}, 400, "bad_field"),
            ({**body, "start_at": None}, 409, "session_not_live"),
            ({**body, "camera_id": "nobody"}, 404, "no_camera"),
        ):
            reply = wire.post("/record/start", wrong)
            assert (reply.status, reply.json()["error"]["code"]) == (status, code), wrong
        until(lambda: not station.cameras.is_prepared(scheduled["session_id"]), 60)


@pytest.mark.parametrize(
    ("path", "status", "code", "field"),
    [
        ("/plans/calendar", 400, "bad_field", "from"),
        ("/plans/calendar?from=2026-12-01", 400, "bad_field", "to"),
        ("/plans/calendar?from=tomorrow&to=2026-12-01", 400, "bad_calendar", "from"),
        ("/plans/calendar?from=20261201&to=2026-12-01", 400, "bad_calendar", "from"),
        ("/plans/calendar?from=1000-01-01&to=1000-01-02", 400, "bad_calendar", "from"),
        ("/plans/calendar?from=9999-12-31&to=9999-12-31", 400, "bad_calendar", "from"),
        ("/plans/nothing", 404, "no_plan", ""),
        ("/plans/a%2Fb", 404, "no_plan", ""),
        ("/plans/", 404, "no_plan", ""),
        ("/plans/calendar/x", 404, "no_route", ""),
    ],
)
def test_a_wrong_path_or_day_is_rejected(wire, path, status, code, field):
    reply = wire.get(path)
    assert (reply.status, reply.code) == (status, code)
    assert field in json.loads(reply.body)["error"]["message"]


def test_the_replies_match_the_openapi_document(wire):
    jsonschema = pytest.importorskip("jsonschema")
    document = wire.get("/openapi.json").json()
    body = {"cameras": [URL], **LATER, "until": "2199-12-31"}
    jsonschema.Draft202012Validator(
        {"$ref": "#/components/schemas/PlanRequest", "components": document["components"]}
    ).validate(body)
    assert wire.post("/plans", body).status == 201
    today = datetime.now(timezone.utc).date()
    for path, query in (("/plans", ""), ("/plans/calendar", f"?from={today}&to={today}")):
        answer = document["paths"][path]["get"]["responses"]["200"]
        schema = answer["content"]["application/json"]["schema"]
        whole = {**schema, "components": document["components"]}
        jsonschema.Draft202012Validator(whole).validate(wire.get(path + query).json())
