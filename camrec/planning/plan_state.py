"""What the dispatcher must remember, also after a crash. Times are UTC nanoseconds."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, Field

from camrec.clock import MAX_UTC_NS, NS_PER_DAY
from camrec.planning.facts import OutageKind

# Why a recording began late, was interrupted or never began.
DelayReason = Literal[
    "asleep",
    "off",
    "not_running",
    "clock_forward",
    "camera",
    "no_session",
    "disk_full",
    "by_hand",
    "plan_made",
]
# due: it should be recorded, and nothing was recorded yet. stopped: by a person.
RecordState = Literal["due", "recording", "recorded", "missed", "stopped"]
# A damaged file must not have times that are no dates.
StoredMoment = Annotated[int, Field(ge=0, le=MAX_UTC_NS)]
_OUTAGES = frozenset(get_args(OutageKind))
FINAL_STATES: frozenset[RecordState] = frozenset({"recorded", "missed", "stopped"})

MAX_RECORD_AGE_DAYS = 92
# More than the length of an occurrence, so that the records that may still change are the recent.
PAST_AFTER_DAYS = 3


class Delay(BaseModel):
    """A time in which an occurrence was not recorded; `end` is None while it lasts."""

    model_config = ConfigDict(frozen=True)

    reason: DelayReason
    start: StoredMoment
    end: StoredMoment | None = None


class OccurrenceKey(NamedTuple):
    """Which occurrence of which camera: none is recorded twice."""

    plan_id: str
    camera_id: str
    starts_at: int


class OccurrenceRecord(BaseModel):
    """What became of an occurrence.

    began_at : from when on it was recorded; None: it was not.
    stopped_at : when a person stopped it.
    interrupted_at : when its last recording ended before its time, until it is recorded again.
    recording_ids : its recordings; the last one may still run.
    hand_ids : recordings of people that were running instead.
    delays : why it began late, or was interrupted.
    """

    model_config = ConfigDict(frozen=True)

    plan_id: str
    camera_id: str
    starts_at: StoredMoment
    ends_at: StoredMoment
    state: RecordState = "due"
    began_at: StoredMoment | None = None
    stopped_at: StoredMoment | None = None
    interrupted_at: StoredMoment | None = None
    recording_ids: tuple[str, ...] = ()
    hand_ids: tuple[str, ...] = ()
    delays: tuple[Delay, ...] = ()

    @property
    def key(self) -> OccurrenceKey:
        """Which occurrence it is about."""
        return OccurrenceKey(self.plan_id, self.camera_id, self.starts_at)

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens."""
        return self.state in FINAL_STATES

    @property
    def was_recorded(self) -> bool:
        """Whether there is a recording of it, of its plan or of a person."""
        return self.began_at is not None or bool(self.hand_ids)


class PlanRun(BaseModel):
    """A recording of a plan that is scheduled or running.

    begins_at : when it was ordered to begin; None: at once.
    follows : the recording after which it begins.
    ordered_end : the last end that was ordered; `ENDLESS_NS`: none, until somebody stops it.
    seen_end : the end that the recording had when it was last looked at; as `ordered_end`.
    began : whether the recording has begun.
    is_moved : a person gave it another end.
    """

    model_config = ConfigDict(frozen=True)

    recording_id: str
    camera_id: str
    ordered_end: StoredMoment
    seen_end: StoredMoment
    begins_at: StoredMoment | None = None
    follows: str | None = None
    is_moved: bool = False
    began: bool = False


class PlanState(BaseModel):
    """Everything that the dispatcher remembers.

    records : what became of each occurrence that was due in the last days.
    past : the same of earlier ones. They do not change any more.
    runs : the recordings of plans that are not over.
    opened : the cameras that were opened for a plan.
    reckoned_at : until when everything is decided. It is a key of the file, so this name stays.
    """

    model_config = ConfigDict(frozen=True)

    records: tuple[OccurrenceRecord, ...] = ()
    past: tuple[OccurrenceRecord, ...] = ()
    runs: tuple[PlanRun, ...] = ()
    opened: tuple[str, ...] = ()
    reckoned_at: StoredMoment = 0

    def open_recording_ids(self) -> frozenset[str]:
        """The recordings whose end the dispatcher wants to know."""
        return frozenset(run.recording_id for run in self.runs)

    def all_records(self) -> tuple[OccurrenceRecord, ...]:
        """What became of all occurrences of the last `MAX_RECORD_AGE_DAYS` days."""
        return self.past + self.records

    def set_back(self, now: int, decided_until: int) -> PlanState:
        """This state after the clock was set back to `now`, as at a start without a battery clock.

        What starts after `decided_until` is decided again when its time comes. What was recorded
        of it, and what a person stopped, is kept. What was missed is kept only if camrec was
        running then: a clock that was ahead makes days look missed that are still to come.
        """
        past: list[OccurrenceRecord] = []
        recent: list[OccurrenceRecord] = []
        for each in self.past:
            (past if each.ends_at <= now else recent).append(each)
        recent += self.records
        kept = [each for each in recent if each.starts_at <= decided_until or _is_certain(each)]
        return self.model_copy(
            update={
                "past": tuple(past),
                "records": tuple(
                    each if each.starts_at <= decided_until else _closed(each, self.reckoned_at)
                    for each in kept
                ),
            }
        )

    def sorted_out(self) -> PlanState:
        """This state with its old records in `past`, and without those that are too old."""
        newest_past = self.reckoned_at - PAST_AFTER_DAYS * NS_PER_DAY
        recent: list[OccurrenceRecord] = []
        past: list[OccurrenceRecord] = []
        for each in self.records:
            is_past = each.is_final and each.ends_at < newest_past
            (past if is_past else recent).append(each)
        if not past:
            return self
        oldest = self.reckoned_at - MAX_RECORD_AGE_DAYS * NS_PER_DAY
        kept = (each for each in (*self.past, *past) if each.ends_at >= oldest)
        return self.model_copy(update={"records": tuple(recent), "past": tuple(kept)})


def _is_certain(record: OccurrenceRecord) -> bool:
    """Whether a clock that was ahead cannot be the reason for what became of it."""
    if record.state == "missed":
        return any(each.reason not in _OUTAGES for each in record.delays)
    return record.is_final or record.was_recorded


def _closed(record: OccurrenceRecord, at: int) -> OccurrenceRecord:
    """A record as if its time had been over at `at`."""
    if record.is_final:
        return record
    delays = tuple(
        each if each.end is not None else each.model_copy(update={"end": max(at, each.start)})
        for each in record.delays
    )
    return record.model_copy(update={"state": "recorded", "delays": delays})
