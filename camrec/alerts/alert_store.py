"""The alerts in memory and on the disk, with those that the webhook still has to get."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace

from camrec.alerts.alert import Alert
from camrec.alerts.alert_file import AlertFile, AlertFileContent, UnsentAlert
from camrec.clock import NS_PER_DAY
from camrec.errors import NotFoundError

MAX_ALERT_AGE_DAYS = 90
# A camera that is lost four times a minute for weeks must not make a file without bounds.
MAX_ALERTS = 1000
MAX_UNSENT_ALERTS = 100


class AlertStore:
    """The alerts of the last `MAX_ALERT_AGE_DAYS` days, `MAX_ALERTS` at most. For any thread.

    If the disk cannot be written, that is logged, and they are in memory: a full or unplugged disk
    is one of the things that alerts are about.
    """

    def __init__(self, file: AlertFile) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._content = AlertFileContent()

    def load(self) -> None:
        """Read the file again."""
        with self._lock:
            self._content = self._file.read()

    def newest_first(self) -> list[Alert]:
        """All alerts, the one that was noticed last first."""
        with self._lock:
            return list(reversed(self._content.alerts))

    def find(self, alert_id: str) -> Alert | None:
        """The alert with this id."""
        with self._lock:
            return next((e for e in self._content.alerts if e.alert_id == alert_id), None)

    def has(self, condition: Callable[[Alert], bool]) -> bool:
        """Whether there is such an alert."""
        return any(map(condition, self.newest_first()))

    def lasting(self) -> list[Alert]:
        """The alerts that are not over, the newest first."""
        return [each for each in self.newest_first() if each.lasts]

    def add(self, alert: Alert, now: int, *, is_sent: bool = False) -> None:
        """Add an alert, and drop those that are too old at `now`.

        is_sent : whether the webhook gets it.
        """
        with self._lock:
            oldest = now - MAX_ALERT_AGE_DAYS * NS_PER_DAY
            kept = [each for each in self._content.alerts if (each.until or each.at) >= oldest]
            alerts = (*kept[-(MAX_ALERTS - 1) :], alert)
            unsent = self._content.unsent
            if is_sent:
                unsent = _queued(unsent, alert.alert_id, now)
            self._save(replace(self._content, alerts=alerts, unsent=unsent))

    def end(
        self, alert_id: str, until: int, code: str, now: int, *, is_sent: bool = False
    ) -> Alert | None:
        """An alert is over, and `code` is its sentence from now on. None if it is not known."""
        with self._lock:
            found = next((e for e in self._content.alerts if e.alert_id == alert_id), None)
            if found is None:
                return None
            ended = found.model_copy(update={"until": max(until, found.at), "code": code})
            unsent = self._content.unsent
            if is_sent:
                unsent = _queued(unsent, alert_id, now)
            self._save(replace(self._with(ended), unsent=unsent))
            return ended

    def mark_seen(self, alert_ids: Iterable[str]) -> list[str]:
        """Somebody has seen these alerts. Returns those that were new; nothing else has changed.

        Raises
        ------
        NotFoundError (``no_alert``)
            Nothing has changed.
        ServiceError (``alerts_file_kept``, ``folder_unwritable``)
            They count as seen as long as camrec runs.
        """
        wanted = set(alert_ids)
        with self._lock:
            known = {each.alert_id for each in self._content.alerts}
            for alert_id in sorted(wanted - known):
                raise NotFoundError("no_alert", alert_id=alert_id, days=MAX_ALERT_AGE_DAYS)
            return self._mark(wanted)

    def mark_all_seen(self) -> list[str]:
        """As `mark_seen` with all alerts."""
        with self._lock:
            return self._mark({each.alert_id for each in self._content.alerts})

    # What the webhook still has to get.

    @property
    def has_unsent(self) -> bool:
        """Whether the webhook still has to get something."""
        with self._lock:
            return bool(self._content.unsent)

    def first_unsent(self, oldest: int) -> Alert | None:
        """The next alert for the webhook; what was queued before `oldest` is dropped."""
        with self._lock:
            by_id = {each.alert_id: each for each in self._content.alerts}
            unsent = tuple(
                each
                for each in self._content.unsent
                if each.queued_at >= oldest and each.alert_id in by_id
            )
            if unsent != self._content.unsent:
                self._save(replace(self._content, unsent=unsent))
            return by_id[unsent[0].alert_id] if unsent else None

    def note_sent(self, alert: Alert) -> None:
        """The webhook has this alert. If it has ended meanwhile, it is sent once more."""
        with self._lock:
            if any(
                each.alert_id == alert.alert_id and each.until != alert.until
                for each in self._content.alerts
            ):
                return
            unsent = tuple(e for e in self._content.unsent if e.alert_id != alert.alert_id)
            self._save(replace(self._content, unsent=unsent))

    def drop_unsent(self) -> None:
        """There is no webhook any more."""
        with self._lock:
            if self._content.unsent:
                self._save(replace(self._content, unsent=()))

    # These need the lock.

    def _mark(self, wanted: set[str]) -> list[str]:
        new = [e.alert_id for e in self._content.alerts if e.alert_id in wanted and not e.seen]
        if new:
            self._content = replace(
                self._content,
                alerts=tuple(
                    each.model_copy(update={"seen": True}) if each.alert_id in wanted else each
                    for each in self._content.alerts
                ),
            )
            self._file.write(self._content)
        return new

    def _with(self, changed: Alert) -> AlertFileContent:
        return replace(
            self._content,
            alerts=tuple(
                changed if each.alert_id == changed.alert_id else each
                for each in self._content.alerts
            ),
        )

    def _save(self, content: AlertFileContent) -> None:
        self._content = content
        self._file.try_write(content)


def _queued(unsent: tuple[UnsentAlert, ...], alert_id: str, now: int) -> tuple[UnsentAlert, ...]:
    """The queue with one more alert. One that waits already will be sent as it is by then."""
    if any(each.alert_id == alert_id for each in unsent):
        return unsent
    return (*unsent, UnsentAlert(alert_id=alert_id, queued_at=now))[-MAX_UNSENT_ALERTS:]
