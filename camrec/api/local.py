"""This process's own station, which the first camera starts."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from functools import cache

from camrec import library, schema
from camrec.camera_address import parse_address
from camrec.config import Config
from camrec.i18n import system_language
from camrec.process import at_exit
from camrec.recording import RecordingJob
from camrec.replies import describe_recording as recording_facts
from camrec.replies import describe_session as camera_facts
from camrec.session import Session, SessionState
from camrec.station.station import OPEN_SESSION_STATES, Station
from camrec.web import LocalServer

lock = threading.RLock()
_home: LocalBackend | None = None


class LocalBackend:
    """This process's own station, on free ports, with a server for what a browser shows.

    Who is on this machine too, in another account, cannot ask it: without a token in the settings
    it has one that nobody is told.
    """

    def __init__(self) -> None:
        config = Config.load(mediamtx_port=0, go2rtc_port=0)
        config.token = config.token or secrets.token_urlsafe()
        self.language = config.language or system_language()
        self.station = Station(config).start()
        self.server = LocalServer(self.station, load_page_file)

    def stop(self) -> None:
        self.server.stop()
        self.station.stop()

    # What `backend.Backend` says.

    @property
    def page_url(self) -> str:
        return self.server.url

    @property
    def record_url(self) -> str:
        return self.server.record_url

    def open(self, url: str, name: str | None) -> Session:
        source = parse_address(url)
        with lock:  # the same address is opened once
            for session in self.cameras():
                if session.source == source:
                    return session
            return self.station.open(url, name)

    def cameras(self) -> list[Session]:
        return [
            session for session in self.station.sessions() if session.state in OPEN_SESSION_STATES
        ]

    def camera(self, camera: Session) -> schema.SessionReply:
        return camera_facts(camera, self.language)

    def snapshot(self, camera: Session) -> tuple[int, bytes]:
        picture = camera.live_views.snapshot()
        return picture.captured, picture.jpeg

    def close(self, camera: Session) -> None:
        if camera.state is not SessionState.CLOSED:
            self.station.close(camera.session_id)

    def record(self, camera: Session, duration: int, name: str | None) -> RecordingJob:
        return self.station.record(camera.session_id, duration, name)

    def record_together(self, cameras: Sequence[Session], duration: int) -> list[RecordingJob]:
        return self.station.record_together([each.session_id for each in cameras], duration)

    def latest_recording(self, camera: Session) -> RecordingJob | None:
        return camera.recording

    def recordings(self, camera: Session) -> list[RecordingJob]:
        known = self.station.list_recordings()
        return [each for each in known if each.session_id == camera.session_id]

    def recording(self, recording: RecordingJob) -> schema.RecordingReply:
        return recording_facts(recording, self.language)

    def wait(self, recording: RecordingJob, timeout: float | None) -> bool:
        over = recording.wait(timeout)
        if over and recording.error is not None:
            raise recording.error
        return over

    def stop_recording(self, recording: RecordingJob) -> None:
        recording.stop()

    def playback_url(self, video: library.VideoFile) -> tuple[str, bool]:
        if video.path.parent == self.station.library.folder:
            return self.server.url, True
        return self.server.external_video_url(video.path), False

    def video(self, filename: str) -> library.VideoFile:
        return self.station.library.get(filename)


def load_page_file(name: str) -> str | None:
    """What a notebook's page loads by this name; late, for Panel takes seconds to import."""
    from camrec.dashboard import read_page_file

    return read_page_file(name)


def local_backend() -> LocalBackend:
    """The one of this process: started on first use, stopped at exit."""
    global _home
    with lock:
        if _home is None:
            _home = LocalBackend()
            _stop_at_exit()
        return _home


def stop() -> None:
    """Save what is being recorded and end everything that was opened here."""
    global _home
    with lock:
        if _home is not None:
            _home.stop()
            _home = None


@cache
def _stop_at_exit() -> None:
    at_exit(stop)
