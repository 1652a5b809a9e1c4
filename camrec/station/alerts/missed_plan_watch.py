"""Notes the plans that were missed."""

from __future__ import annotations

from camrec.alerts import Alert, AlertSubject, WaitingTime, missed_code
from camrec.clock import NS_PER_DAY, Clock
from camrec.errors import NotFoundError
from camrec.planning import OccurrenceRecord, PlanState, PlanStore
from camrec.station.alerts.alert_book import AlertBook
from camrec.station.alerts.camera_subject import camera_subject
from camrec.station.known_cameras import KnownCameras

# What was missed before is in the calendar.
MAX_MISSED_AGE_NS = 7 * NS_PER_DAY


class MissedPlanWatch:
    """Looks at what became of the occurrences of plans. Used by one thread."""

    def __init__(
        self, clock: Clock, store: PlanStore, known_cameras: KnownCameras, book: AlertBook
    ) -> None:
        self._clock = clock
        self._store = store
        self._known_cameras = known_cameras
        self._book = book
        self._checked: PlanState | None = None

    def check(self) -> None:
        """Note what was missed since the last call, also while camrec was not running."""
        state = self._store.state
        if state is self._checked:
            return
        self._checked = state
        oldest = self._clock.utc_ns() - MAX_MISSED_AGE_NS
        for record in state.all_records():
            if record.state == "missed" and record.ends_at >= oldest:
                self._note(record)

    def _note(self, record: OccurrenceRecord) -> None:
        if self._book.store.has(lambda alert: _is_about(alert, record)):
            return
        waits = [
            WaitingTime(each.reason, (each.end or record.ends_at) - each.start)
            for each in record.delays
        ]
        code = missed_code(waits)
        if code is None:
            return
        self._book.add(
            Alert.create(
                "plan_missed", code, record.starts_at, record.ends_at, self._subject(record)
            )
        )

    def _subject(self, record: OccurrenceRecord) -> AlertSubject:
        name = host = None
        try:
            camera = self._known_cameras.get(record.camera_id)
            name, host = camera.name, camera.address.host
        except NotFoundError:
            pass  # it was removed meanwhile
        return camera_subject(record.camera_id, name, host, plan_id=record.plan_id)


def _is_about(alert: Alert, record: OccurrenceRecord) -> bool:
    return (alert.kind, alert.plan_id, alert.camera_id, alert.at) == (
        "plan_missed",
        record.plan_id,
        record.camera_id,
        record.starts_at,
    )
