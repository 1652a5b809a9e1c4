"""One complete camrec: creates everything from the settings, starts and stops it in order."""

from __future__ import annotations

from pathlib import Path

from camrec import schema
from camrec.callbacks import Callbacks
from camrec.camera_registry import CameraFile, CameraRegistry, ReadOnlyCameraFile
from camrec.clock import Clock
from camrec.config import Config
from camrec.credential_store import CredentialStore
from camrec.journal import Journal
from camrec.library import (
    COPIED_H265_FILE_RATE_FACTORS,
    FILE_RATE_FACTORS,
    SEGMENTS_FOLDER_NAME,
    RetentionPolicy,
    VideoLibrary,
)
from camrec.planning import PlanDispatcher, PlanFile, PlanStore
from camrec.process import end_orphans, end_writers
from camrec.proxies import Go2rtc, MediaMTX, Proxy
from camrec.session import CameraRoutes
from camrec.station.alerts import StationAlerts
from camrec.station.built_in_cameras import BUILT_IN_CAMERA_IDS, BuiltInCameras
from camrec.station.camera_reports import CameraReports
from camrec.station.cameras import StationCameras
from camrec.station.changes import (
    LibraryChanged,
    ProxyChanged,
    SettingsChanged,
    StationChange,
)
from camrec.station.demo_sessions import DemoSessions
from camrec.station.health import describe_health
from camrec.station.keep_awake import AwakePolicy, KeepAwake
from camrec.station.known_cameras import KnownCameras
from camrec.station.plans import (
    PlanFacts,
    PlannedCameras,
    PlannedRecordings,
    PlanOutages,
    PlanRunner,
    PlanSessions,
    StationFactsReader,
    StationPlans,
)
from camrec.station.programs import StationPrograms
from camrec.station.recording_events import StationEvents
from camrec.station.recordings import StationRecordings
from camrec.station.resume import RecordingResumer
from camrec.station.scheduled_cameras import ScheduledCameras
from camrec.station.settings import StationSettings
from camrec.station.upstreams import UpstreamFactory
from camrec.wake_lock import create_wake_lock


class Station:
    """Everything that one camrec runs. All calls block and may come from any thread.

    Its constructor is long because it does one thing only: it is the one place that shows which
    part gets which others. None of the parts knows the station.

    changed : emits a `StationChange` after each change.
    cameras : opens and closes cameras.
    demo : opens the built-in cameras.
    known_cameras : all cameras with their ids, open or not.
    recordings : starts and stops recordings.
    scheduled_cameras : records cameras by their ids, also those that are closed.
    plans : the standing orders to record.
    events : marks events in recordings and videos.
    alerts : what needed a person.
    reports : writes reports about cameras that do not work.
    settings : changes settings.
    library : the videos folder.
    programs : MediaMTX, go2rtc and FFmpeg.
    routes : the known routes to cameras that cannot be reached directly.

    Parameters
    ----------
    cameras_from
        For a station that records into a temporary folder: the videos folder whose cameras it
        knows. It changes neither them nor the keyring. None: the cameras of its own folder.
    opens_staying
        Whether `start` opens the cameras that stay, and lets plans record.
    """

    def __init__(
        self,
        config: Config | None = None,
        clock: Clock | None = None,
        *,
        cameras_from: Path | None = None,
        opens_staying: bool = True,
    ) -> None:
        self.config = config = config or Config()
        self.clock = clock = clock or Clock()
        self.changed: Callbacks[[StationChange]] = Callbacks()
        self._opens_staying = opens_staying and cameras_from is None
        self._has_own_cameras = cameras_from is None
        self.library = _create_library(config, clock)
        credential_store = CredentialStore() if config.keyring else None
        journal = Journal(config.videos / ".journal", credential_store)
        self._registry = registry = CameraRegistry(
            CameraFile(config.videos) if cameras_from is None else ReadOnlyCameraFile(cameras_from),
            credential_store if cameras_from is None else None,
            self._named_camera_ids,
            BUILT_IN_CAMERA_IDS,
        )
        self.routes = CameraRoutes(config.videos / ".routes", clock)
        self.programs = programs = StationPrograms(config)
        self.mediamtx = MediaMTX(
            lambda: programs.get("mediamtx").path, config.bin_path, config.mediamtx_port
        )
        self.go2rtc = Go2rtc(
            lambda: programs.get("go2rtc").path, config.bin_path, config.go2rtc_port
        )
        self._built_in = BuiltInCameras(config, programs)
        upstreams = UpstreamFactory(
            config, clock, self.mediamtx, self.go2rtc, self.routes, self._built_in
        )
        self.cameras = StationCameras(
            config, clock, upstreams, registry, self._built_in, self.changed
        )
        self.demo = DemoSessions(self._built_in, self.cameras)
        self.known_cameras = KnownCameras(registry, self.cameras, self.changed)
        self.recordings = StationRecordings(
            config,
            clock,
            self.cameras,
            self.known_cameras,
            self.library,
            journal,
            programs,
            self.changed,
        )
        self.scheduled_cameras = ScheduledCameras(
            clock, self.cameras, self.known_cameras, self.recordings
        )
        self.plans = StationPlans(
            config,
            clock,
            PlanStore(PlanFile(config.videos)),
            PlannedCameras(registry, self.cameras, self._built_in),
            PlanFacts(self.cameras, self.recordings, self.library),
            self.changed,
        )
        self.events = StationEvents(clock, self.recordings, self.library)
        self._resumer = RecordingResumer(
            config, clock, self.cameras, self.recordings, self.library, journal
        )
        self._plan_runner = self._create_plan_runner()
        self._keep_awake = KeepAwake(
            clock,
            self.recordings.all,
            self.changed,
            create_wake_lock(),
            self._find_next_plan,
            self._awake_policy,
        )
        self.reports = CameraReports(clock, self.cameras, upstreams, programs, self.proxies)
        self.settings = StationSettings(config, self.library, self.changed)
        self.alerts = StationAlerts(
            config,
            clock,
            self.cameras,
            self.recordings,
            self.library,
            self.known_cameras,
            self.plans,
            self.settings,
            self.changed,
        )
        self.library.changed.connect(lambda name: self.changed.emit(LibraryChanged(name)))
        for proxy in self.proxies:
            self._report_changes(proxy)

    @property
    def proxies(self) -> tuple[Proxy, ...]:
        """Both proxies."""
        return (self.mediamtx, self.go2rtc)

    def start(self) -> Station:
        """Lock the videos folder, read the plans, end what a killed camrec left running.

        Then resume its recordings, and open the cameras that stay.

        Raises
        ------
        StateError
            ``folder_taken``: another camrec uses the folder.
        ServiceError
            ``binary_missing``: there is no FFmpeg. ``folder_unwritable``.
        """
        self.library.open()
        try:
            self._registry.load()
            if self._has_own_cameras:
                self.plans.load()
            end_orphans(self.config.bin_path)
            end_writers(self.library.folder / SEGMENTS_FOLDER_NAME)
            self.programs.get("ffmpeg")
            self._resumer.resume_all()
            if self._opens_staying:
                self.cameras.open_staying()
            self.alerts.start()
            if self._opens_staying:
                self._plan_runner.start()
        except BaseException:
            self.library.close()
            raise
        self._keep_awake.start()
        return self

    def stop(self) -> None:
        """Save the running recordings, close the cameras, end the proxies."""
        self.alerts.stop_watching()
        self._plan_runner.stop()
        self.scheduled_cameras.stop()
        self.cameras.close_all()
        self.recordings.wait_until_saved()
        self.scheduled_cameras.wait()
        self.alerts.stop()
        self._keep_awake.stop()
        self._built_in.stop()
        for proxy in self.proxies:
            proxy.stop()
        self.library.close()

    def __enter__(self) -> Station:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def health(self) -> schema.HealthReply:
        """Whether everything works, and what runs."""
        return describe_health(
            mediamtx=self.mediamtx,
            go2rtc=self.go2rtc,
            ffmpeg=self.programs.found("ffmpeg"),
            sessions=self.cameras.sessions(),
            recordings=self.recordings.all(),
            left_behind=self._resumer.left_behind,
            disk_space=self.library.disk_space,
        )

    def _create_plan_runner(self) -> PlanRunner:
        config, clock, library = self.config, self.clock, self.library
        dispatcher = PlanDispatcher(self.plans.clock, self.plans.place)

        def use_place(change: StationChange) -> None:
            if isinstance(change, SettingsChanged):
                dispatcher.set_place(self.plans.place)

        self.changed.connect(use_place)  # before the runner, which looks at the plans then
        sessions = PlanSessions(
            clock,
            self.cameras,
            self.known_cameras,
            self.demo.open,
            lambda: self._plan_runner.wake(),
        )
        return PlanRunner(
            clock,
            self.plans.store,
            dispatcher,
            self.cameras,
            sessions,
            PlannedRecordings(config, clock, self.cameras, self.recordings, library),
            StationFactsReader(
                config,
                clock,
                self.cameras,
                self.recordings,
                library,
                sessions,
                self.known_cameras.staying_ids,
            ),
            PlanOutages(config.videos, clock),
            self.changed,
        )

    def _awake_policy(self) -> AwakePolicy:
        if not self.config.keep_awake:
            return "never"
        return "plans" if self.config.keep_awake_for_plans else "recordings"

    def _find_next_plan(self) -> int | None:
        """When the next plan begins to record, UTC nanoseconds."""
        if not self._opens_staying:
            return None
        starts = map(self.plans.next_start, self.plans.all())
        return min((each for each in starts if each is not None), default=None)

    def _named_camera_ids(self) -> frozenset[str]:
        """The cameras of all recordings and videos."""
        recorded = {recording.camera_id for recording in self.recordings.all()}
        filmed = {video.camera_id for video in self.library.videos()}
        return frozenset(each for each in recorded | filmed if each is not None)

    def _report_changes(self, proxy: Proxy) -> None:
        change = ProxyChanged(proxy.name)
        proxy.machine.changed.connect(lambda old, new: self.changed.emit(change))


def _create_library(config: Config, clock: Clock) -> VideoLibrary:
    is_h265_copied = config.h265 == "copy"
    return VideoLibrary(
        config.videos,
        clock,
        min_free_bytes=config.min_free_bytes,
        retention=RetentionPolicy(config.retention_bytes, config.retention_days),
        file_rate_factors=COPIED_H265_FILE_RATE_FACTORS if is_h265_copied else FILE_RATE_FACTORS,
    )
