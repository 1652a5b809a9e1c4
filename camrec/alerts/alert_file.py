"""The file with the alerts, ``.alerts.json`` in the videos folder. It contains no address."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from camrec.alerts.alert import Alert
from camrec.clock import MAX_UTC_NS
from camrec.errors import ServiceError
from camrec.versioned_file import VersionedFile

log = logging.getLogger(__name__)

ALERT_FILE_NAME = ".alerts.json"
ALERT_FILE_VERSION = 1


class UnsentAlert(BaseModel):
    """An alert that the webhook has not received yet.

    queued_at : since when, UTC nanoseconds.
    """

    model_config = ConfigDict(frozen=True)

    alert_id: str
    queued_at: int


@dataclass(frozen=True)
class AlertFileContent:
    """What the file contains.

    alerts : the oldest first.
    unsent : what the webhook will get, in this order.
    unreadable : alerts that this camrec does not understand. They are written back as they are.
    further : keys that a later camrec added, also written back.
    """

    alerts: tuple[Alert, ...] = ()
    unsent: tuple[UnsentAlert, ...] = ()
    unreadable: tuple[object, ...] = ()
    further: dict[str, object] = field(default_factory=dict)


class AlertFile:
    """Reads and writes the file in `folder`. The caller sees to it that nobody else writes it.

    Nothing that was in it is lost: see `VersionedFile`.
    """

    def __init__(self, folder: Path) -> None:
        self._file = VersionedFile(
            folder / ALERT_FILE_NAME, ALERT_FILE_VERSION, "alerts", "alerts_file_kept"
        )

    def read(self) -> AlertFileContent:
        """The content. A file that cannot be used is logged, and changed by `write` at most."""
        try:
            listed, further = self._file.read()
        except FileNotFoundError:
            return AlertFileContent()
        alerts, unreadable = _parse_alerts(listed)
        if unreadable:
            log.error(
                "%d alerts in %s cannot be read and are kept", len(unreadable), self._file.path
            )
        return AlertFileContent(
            alerts, _parse_unsent(further.pop("unsent", [])), unreadable, further
        )

    def write(self, content: AlertFileContent) -> None:
        """Return once the disk has the new content. The folder is created if necessary.

        Raises
        ------
        ServiceError
            ``alerts_file_kept``: a newer camrec wrote the file, or it cannot be read.
            ``folder_unwritable``.
        """
        alerts: list[object] = [each.model_dump(exclude_defaults=True) for each in content.alerts]
        unsent = [each.model_dump() for each in content.unsent]
        self._file.make_folder()
        further = {"unsent": unsent, **content.further}
        self._file.write([*alerts, *content.unreadable], further, indent=1)

    def try_write(self, content: AlertFileContent) -> bool:
        """As `write`; an error is logged, because an alert in memory is better than none."""
        try:
            self.write(content)
        except ServiceError as error:
            log.warning("the alerts cannot be stored: %s", error)
            return False
        return True


def _parse_alerts(listed: list[object]) -> tuple[tuple[Alert, ...], tuple[object, ...]]:
    """The alerts, and the entries that are none or that repeat an id."""
    alerts: dict[str, Alert] = {}
    unreadable: list[object] = []
    for each in listed:
        alert = _parse_alert(each)
        if alert is None or alert.alert_id in alerts:
            unreadable.append(each)
        else:
            alerts[alert.alert_id] = alert
    return tuple(alerts.values()), tuple(unreadable)


def _parse_alert(value: object) -> Alert | None:
    """None if its sentence could not be said, or if its times are no dates."""
    try:
        alert = Alert.model_validate(value, strict=True)
        alert.message("en")
    except (ValidationError, KeyError, TypeError):  # facts that the sentence does not have
        return None
    is_dated = all(0 <= each <= MAX_UTC_NS for each in (alert.at, alert.until or 0))
    return alert if is_dated else None


def _parse_unsent(listed: object) -> tuple[UnsentAlert, ...]:
    """What cannot be read was for an alert that nobody knows."""
    unsent = []
    for each in listed if isinstance(listed, list) else []:
        try:
            unsent.append(UnsentAlert.model_validate(each, strict=True))
        except ValidationError:
            log.error("an alert that was not sent yet cannot be read, and is not sent")
    return tuple(unsent)
