"""A videos folder with plans, and with what became of them on the days before."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from camrec.camera_registry import CameraFile, KnownCamera
from camrec.camera_registry.camera_file import CameraFileContent
from camrec.clock import NS_PER_SECOND
from camrec.planning import Delay, OccurrenceRecord, PlanEntry, PlanFile, PlanState, parse_plan
from camrec.planning.plan_file import PlanFileContent

NAMES = {"a" * 16: "Shop", "b" * 16: "Nest box", "c" * 16: "Street"}
SHOP, NEST, STREET = NAMES
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def nanoseconds(moment: datetime) -> int:
    return round(moment.timestamp()) * NS_PER_SECOND


def write_cameras(folder: Path) -> None:
    """Three cameras that nobody has opened. Nothing answers at their addresses."""
    cameras = tuple(
        KnownCamera(camera_id=camera_id, name=name, url=f"rtsp://127.0.0.1:{port}/stream")
        for port, (camera_id, name) in enumerate(NAMES.items(), 1)
    )
    folder.mkdir(exist_ok=True)
    CameraFile(folder).write(CameraFileContent(cameras=cameras))


def write_plans(folder: Path, now: datetime, hour: int) -> None:
    """A plan from `hour` on for two hours a day, which was recorded on each day but yesterday.

    Until yesterday it recorded a second camera, which did not answer then.
    """
    plan = {"cameras": [SHOP], "days": EVERY_DAY, "start": f"{hour:02}:00", "duration": 7200}
    records = []
    for days in range(1, 8):
        start = (now - timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)
        starts_at, ends_at = nanoseconds(start), nanoseconds(start + timedelta(hours=2))
        record = OccurrenceRecord(
            plan_id="shop",
            camera_id=SHOP,
            starts_at=starts_at,
            ends_at=ends_at,
            state="recorded",
            began_at=starts_at,
        )
        if days == 1:
            delay = Delay(reason="asleep", start=starts_at - 3600 * NS_PER_SECOND, end=ends_at)
            changes = {"state": "missed", "began_at": None, "delays": (delay,)}
            record = record.model_copy(update=changes)
            unanswered = Delay(reason="camera", start=starts_at, end=ends_at)
            changes = {"camera_id": STREET, "delays": (unanswered,)}
            records.append(record.model_copy(update=changes))
        records.append(record)
    made = nanoseconds(now - timedelta(days=30))
    content = PlanFileContent(
        entries=(PlanEntry("shop", parse_plan(plan), made),),
        state=PlanState(records=tuple(records), reckoned_at=nanoseconds(now)),
    )
    PlanFile(folder).write(content)
