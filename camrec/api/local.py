"""This process's own station, which the first camera starts."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from functools import cache

from camrec import library, schema
from camrec.camera_address import parse
from camrec.config import Config
from camrec.i18n import system_language
from camrec.process.signals import at_exit
from camrec.recording import Recording
from camrec.session import Session, SessionState
from camrec.station.station import OPEN, Station
from camrec.web import LocalServer
from camrec.web.handlers.recordings import describe as recording_facts
from camrec.web.handlers.sessions import describe as camera_facts

lock = threading.RLock()
_home: Home | None = None


class Home:
    """This process's own station, on free ports, with a server for what a browser shows.

    Who is on this machine too, in another account, cannot ask it: without a token in the settings
    it has one that nobody is told.
    """

    def __init__(self) -> None:
        config = Config.load(mediamtx_port=0, go2rtc_port=0)
        config.token = config.token or secrets.token_urlsafe()
        self.language = config.language or system_language()
        self.station = Station(config).start()
        self.server = LocalServer(self.station, page_file)

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
        source = parse(url)
        with lock:  # the same address is opened once
            for session in self.cameras():
                if session.source == source:
                    return session
            return self.station.open(url, name)

    def cameras(self) -> list[Session]:
        return [session for session in self.station.sessions() if session.state in OPEN]

    def camera(self, camera: Session) -> schema.Session:
        return camera_facts(camera, self.language)

    def snapshot(self, camera: Session) -> tuple[int, bytes]:
        picture = camera.pictures.snapshot()
        return picture.captured, picture.jpeg

    def close(self, camera: Session) -> None:
        if camera.state is not SessionState.CLOSED:
            self.station.close(camera.session_id)

    def record(self, camera: Session, duration: int, name: str | None) -> Recording:
        return self.station.record(camera.session_id, duration, name)

    def record_together(self, cameras: Sequence[Session], duration: int) -> list[Recording]:
        return self.station.record_together([each.session_id for each in cameras], duration)

    def latest(self, camera: Session) -> Recording | None:
        return camera.recording

    def recordings(self, camera: Session) -> list[Recording]:
        known = self.station.recordings_listed()
        return [each for each in known if each.session_id == camera.session_id]

    def recording(self, recording: Recording) -> schema.Recording:
        return recording_facts(recording, self.language)

    def wait(self, recording: Recording, timeout: float | None) -> bool:
        over = recording.wait(timeout)
        if over and recording.error is not None:
            raise recording.error
        return over

    def stop_recording(self, recording: Recording) -> None:
        recording.stop()

    def film_url(self, video: library.Video) -> tuple[str, bool]:
        if video.path.parent == self.station.library.folder:
            return self.server.url, True
        return self.server.film_url(video.path), False

    def video(self, filename: str) -> library.Video:
        return self.station.library.get(filename)


def page_file(name: str) -> str | None:
    """What a notebook's page loads by this name; late, for Panel takes seconds to import."""
    from camrec.dashboard import page_file

    return page_file(name)


def home() -> Home:
    """The one of this process: started on first use, stopped at exit."""
    global _home
    with lock:
        if _home is None:
            _home = Home()
            _end_with_the_interpreter()
        return _home


def stop() -> None:
    """Save what is being recorded and end everything that was opened here."""
    global _home
    with lock:
        if _home is not None:
            _home.stop()
            _home = None


@cache
def _end_with_the_interpreter() -> None:
    at_exit(stop)
