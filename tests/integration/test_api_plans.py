"""Plans from Python: with the camrec of this process, and with a running one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone

import numpy as np
import pytest
import yaml

import camrec
from support.wire import serving

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
URL = "rtsp://lea:canary-word@camera/stream"
# Not now: a plan that records now would open its camera.
HOUR = (datetime.now(timezone.utc) + timedelta(hours=7)).hour


def today() -> date:
    return datetime.now(timezone.utc).date()


@pytest.fixture(scope="module", params=["here", "there"])
def found(request, binaries, tmp_path_factory) -> Iterator[object]:
    """Something with `plan` and `plans`: the module `camrec`, or a connection."""
    folder = tmp_path_factory.mktemp("plans")
    if request.param == "there":
        config = binaries.config(folder)
        config.timezone = "UTC"
        with serving(config) as (_, wire), camrec.connect(wire.url) as there:
            yield there
        return
    paths = {name + "_path": str(path) for name, path in vars(binaries).items()}
    (folder / "config.yaml").write_text(yaml.safe_dump({**paths, "timezone": "UTC"}))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield camrec
        camrec.stop()


@pytest.fixture
def api(found) -> Iterator[object]:
    """There are no plans afterwards."""
    yield found
    for each in found.plans():
        each.delete()


def test_a_plan_is_made_paused_resumed_and_deleted(api):
    start, end = time(HOUR), time(HOUR, 30)
    plan = api.plan(URL, days=DAYS, start=start, end=end, name="Nest", details={"trial": 3})
    again = api.plan(plan.cameras, ["mon"], f"{HOUR:02}:00", duration=60, until=today())
    assert again.cameras == plan.cameras and plan.name == "Nest" and plan.enabled
    assert [each.id for each in api.plans()] == [plan.id, again.id]
    assert plan.next > np.datetime64(datetime.now(timezone.utc).replace(tzinfo=None))
    assert "canary" not in repr(plan) and f"{HOUR:02}:00 to {HOUR:02}:30" in repr(plan)
    plan.pause()
    assert (plan.enabled, plan.next) == (False, None)
    plan.resume()
    assert plan.next.dtype == np.dtype("datetime64[ns]")
    plan.delete()
    assert "deleted" in repr(plan)
    with pytest.raises(camrec.NotFoundError) as refused:
        plan.pause()
    assert refused.value.code == "no_plan"
    assert [each.id for each in api.plans()] == [again.id]


def test_the_occurrences_of_a_plan_are_its_own(api):
    plan = api.plan(URL, days=DAYS, start=f"{HOUR:02}:00", duration=600)
    other = api.plan(URL, days=DAYS, start=f"{HOUR:02}:20", duration=600)
    first = today() + timedelta(days=2)
    found = plan.occurrences(first, f"{first + timedelta(days=1)}")
    assert [each.day for each in found] == [first, first + timedelta(days=1)]
    occurrence = found[0]
    assert occurrence == camrec.PlanOccurrence(
        camera_id=plan.cameras[0],
        day=first,
        starts_at=np.datetime64(f"{first}T{HOUR:02}:00", "ns"),
        ends_at=np.datetime64(f"{first}T{HOUR:02}:10", "ns"),
        state="planned",
        reason="",
        filenames=(),
    )
    assert len(other.occurrences(first, first)) == 1
    for wrong in (date(1999, 1, 1), "tomorrow"):
        with pytest.raises(camrec.InputError) as refused:
            plan.occurrences(wrong, first)
        assert refused.value.code == "bad_calendar"


def test_a_bad_plan_is_rejected_and_not_made(api):
    for wrong, code in (
        ({"days": []}, "plan_days"),
        ({"end": f"{HOUR:02}:00"}, "plan_end_is_start"),
        ({"start": {"sun": "sunset"}}, "plan_place"),
        ({"cameras": "nobody"}, "plan_camera_unknown"),
        ({"details": {str(each): 1 for each in range(33)}}, "bad_details"),
    ):
        given = {"cameras": URL, "days": DAYS, "start": f"{HOUR:02}:00", "end": f"{HOUR:02}:59"}
        with pytest.raises(camrec.CamrecError) as refused:
            api.plan(**{**given, **wrong})
        assert refused.value.code == code
    assert api.plans() == []


def test_a_recording_of_a_camera_that_is_closed_is_scheduled_by_its_id(api):
    [camera_id] = api.plan(URL, days=DAYS, start=time(HOUR), duration=60).cameras
    later = datetime.now(timezone.utc) + timedelta(hours=5)
    details = {"trial": 3}
    recording = api.schedule(camera_id, later, None, "Night", details=details, video_length=60)
    assert recording.state == "scheduled" and not api.cameras()
    with pytest.raises(camrec.StateError) as cancelled:
        recording.stop()
    assert cancelled.value.code == "recording_cancelled"
    with pytest.raises(camrec.NotFoundError) as unknown:
        api.schedule("nobody", later, 60)
    assert unknown.value.code == "no_camera"
    with pytest.raises(camrec.InputError) as naive:
        api.schedule(camera_id, datetime.now(), 60)
    assert naive.value.code == "bad_start"
