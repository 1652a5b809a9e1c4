"""What the recordings of a station work with: FFmpeg, the library, the journal, the disk."""

from __future__ import annotations

from camrec.camera_address import CameraAddress
from camrec.clock import Clock
from camrec.config import Config
from camrec.journal import CameraJournal, Journal
from camrec.library import VideoLibrary
from camrec.receipt import CalibratedDelay
from camrec.recording import EncodingPolicy, RecordingServices
from camrec.station.known_cameras import KnownCameras
from camrec.station.programs import StationPrograms
from camrec.station.recording_disk import RecordingDisk


class RecordingTools:
    """Creates the services of recordings. Any thread may use it."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        known_cameras: KnownCameras,
        library: VideoLibrary,
        journal: Journal,
        programs: StationPrograms,
        disk: RecordingDisk,
    ) -> None:
        self._config = config
        self._clock = clock
        self._known_cameras = known_cameras
        self._library = library
        self._journal = journal
        self._programs = programs
        self._disk = disk

    def services(self, source: CameraAddress) -> RecordingServices:
        """What the recordings of a camera use. Raises ServiceError (``binary_missing``)."""
        return RecordingServices(
            ffmpeg=self._programs.get("ffmpeg").path,
            save_video=self._library.save,
            journal=CameraJournal(self._journal, source),
            clock=self._clock,
            disk=self._disk,
            encoding=EncodingPolicy(self._config.h265, self._config.mjpeg_preset),
            find_delay=self._find_delay,
            place_events=self._library.events.place,
        )

    def _find_delay(self, camera_id: str) -> CalibratedDelay | None:
        delay = self._known_cameras.delay(camera_id)
        return None if delay is None else delay.to_receipt()
