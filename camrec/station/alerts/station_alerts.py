"""The alerts of a station: a thread watches what happens, and notes what needs a person."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable

from camrec.alerts import Alert, AlertFile, AlertStore
from camrec.callbacks import Callbacks
from camrec.clock import Clock
from camrec.config import Config
from camrec.library import VideoLibrary
from camrec.station.alerts.alert_book import AlertBook
from camrec.station.alerts.alert_watch import AlertWatch
from camrec.station.alerts.disk_watch import DiskWatch
from camrec.station.alerts.missed_plan_watch import MissedPlanWatch
from camrec.station.alerts.webhook import StationWebhook
from camrec.station.cameras import StationCameras
from camrec.station.changes import (
    AlertsChanged,
    PlansChanged,
    RecordingChanged,
    SessionChanged,
    SettingsChanged,
    StationChange,
)
from camrec.station.known_cameras import KnownCameras
from camrec.station.plans import StationPlans
from camrec.station.recordings import StationRecordings
from camrec.station.settings import StationSettings

log = logging.getLogger(__name__)

CHECK_RECORDING_INTERVAL_S = 1.0
CHECK_IDLE_INTERVAL_S = 20.0
MIN_CHECK_INTERVAL_S = 0.2  # many changes at once are one check


class StationAlerts:
    """The alerts of the last 90 days. All calls may come from any thread.

    webhook : sends them to the address in the settings.
    """

    def __init__(
        self,
        config: Config,
        clock: Clock,
        cameras: StationCameras,
        recordings: StationRecordings,
        library: VideoLibrary,
        known_cameras: KnownCameras,
        plans: StationPlans,
        settings: StationSettings,
        changed: Callbacks[[StationChange]],
    ) -> None:
        self._clock = clock
        self._cameras = cameras
        self._recordings = recordings
        self._changed = changed
        self._store = AlertStore(AlertFile(config.videos))
        self._book = AlertBook(config, self._store, clock, changed)
        self.webhook = StationWebhook(config, clock, settings, self._book)
        self._disk = DiskWatch(clock, recordings, plans, self._book)
        self._missed_plans = MissedPlanWatch(clock, plans.store, known_cameras, self._book)
        self._watch: AlertWatch | None = None  # once the file was read
        self._has_work = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)
        changed.connect(self._on_change)

    def newest_first(self) -> list[Alert]:
        """All alerts, the one that was noticed last first."""
        return self._store.newest_first()

    def mark_seen(self, alert_ids: Iterable[str]) -> None:
        """Somebody has seen these alerts.

        Raises
        ------
        NotFoundError (``no_alert``), ServiceError (``alerts_file_kept``, ``folder_unwritable``)
        """
        for alert_id in self._store.mark_seen(alert_ids):
            self._changed.emit(AlertsChanged(alert_id))

    def mark_all_seen(self) -> None:
        """Somebody has seen all alerts.

        Raises
        ------
        ServiceError (``alerts_file_kept``, ``folder_unwritable``)
        """
        for alert_id in self._store.mark_all_seen():
            self._changed.emit(AlertsChanged(alert_id))

    def start(self) -> None:
        """Read the file, and start to watch."""
        self._store.load()
        self._watch = AlertWatch(
            self._clock,
            self._cameras,
            self._recordings,
            self._disk,
            self._missed_plans,
            self._book,
        )
        self._thread.start()
        self.webhook.start()

    def stop_watching(self) -> None:
        """Cameras that are closed from now on are closed because camrec stops."""
        self._stopping.set()
        self._has_work.set()
        if self._thread.is_alive():
            self._thread.join()

    def stop(self) -> None:
        """Note the recordings that could not be saved when camrec stopped, and end."""
        self.stop_watching()
        if self._watch is not None:
            self._watch.check_recordings()
        self.webhook.stop()

    def _on_change(self, change: StationChange) -> None:
        if isinstance(change, (RecordingChanged, SessionChanged, PlansChanged)):
            self._has_work.set()
        elif isinstance(change, (AlertsChanged, SettingsChanged)):
            self.webhook.wake()

    def _run(self) -> None:
        assert self._watch is not None
        while not self._stopping.is_set():
            is_recording = True
            try:
                is_recording = self._watch.check()
            except Exception:
                log.exception("what needs a person could not be checked")
            if self._stopping.wait(MIN_CHECK_INTERVAL_S):
                return
            self._has_work.wait(
                CHECK_RECORDING_INTERVAL_S if is_recording else CHECK_IDLE_INTERVAL_S
            )
            self._has_work.clear()
