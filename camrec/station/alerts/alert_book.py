"""Notes alerts: on the disk, for the webhook, and for those who watch the station."""

from __future__ import annotations

import logging

from camrec.alerts import Alert, AlertStore
from camrec.callbacks import Callbacks
from camrec.clock import Clock
from camrec.config import Config
from camrec.station.changes import AlertsChanged, StationChange

log = logging.getLogger(__name__)


class AlertBook:
    """Adds and ends alerts. For any thread.

    store : the alerts.
    """

    def __init__(
        self,
        config: Config,
        store: AlertStore,
        clock: Clock,
        changed: Callbacks[[StationChange]],
    ) -> None:
        self.store = store
        self._config = config
        self._clock = clock
        self._changed = changed

    def add(self, alert: Alert) -> None:
        """Note something that needs a person."""
        log.info("alert: %s", alert.message("en"))
        is_sent = self._is_sent(alert)
        self.store.add(alert, self._clock.utc_ns(), is_sent=is_sent)
        self._changed.emit(AlertsChanged(alert.alert_id))

    def end(self, alert_id: str, until: int, code: str) -> None:
        """An alert is over; `code` is its sentence from now on."""
        found = self.store.find(alert_id)
        is_sent = (
            found is not None and self._is_sent(found) and "well_again" in self._config.webhook_when
        )
        now = self._clock.utc_ns()
        ended = self.store.end(alert_id, until, code, now, is_sent=is_sent)
        if ended is not None:
            log.info("alert: %s", ended.message("en"))
            self._changed.emit(AlertsChanged(alert_id))

    def _is_sent(self, alert: Alert) -> bool:
        return bool(self._config.webhook) and alert.kind in self._config.webhook_when
