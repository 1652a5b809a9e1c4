"""camrec in Python: cameras, recordings and videos as objects, for a cell, a script or a thread."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from camrec import library, recording
from camrec.config import Config
from camrec.receipt import Gap, Receipt
from camrec.session import Session, SessionState
from camrec.station import Station
from camrec.web import LocalServer

if TYPE_CHECKING:
    from camrec.views import CameraView, VideoView

_lock = threading.RLock()
_home: Home | None = None


class Home:
    """This process's own station, on free ports, with a server for what a browser shows."""

    def __init__(self) -> None:
        config = Config.load(mediamtx_port=0, go2rtc_port=0)
        self.station = Station(config).start()
        self.server = LocalServer(self.station)
        self.cameras: dict[str, Camera] = {}

    def stop(self) -> None:
        self.server.stop()
        self.station.stop()


def home() -> Home:
    """The one of this process: started on first use, stopped at exit."""
    global _home
    with _lock:
        if _home is None:
            _home = Home()
            atexit.register(stop)
        return _home


def stop() -> None:
    """Save what is being recorded and end everything that was opened here."""
    global _home
    with _lock:
        if _home is not None:
            atexit.unregister(stop)
            _home.stop()
            _home = None


def open(url: str, name: str | None = None) -> Camera:
    """Open a camera and wait until it delivers; one that is open already comes back as it is.

    Parameters
    ----------
    url
        ``rtsp://user:password@host:port/path`` or ``http://host:port/path``.
    name
        1 to 100 characters; the host by default.

    Raises
    ------
    InputError, StateError, CameraError, ServiceError
    """
    with _lock:
        here = home()
        known = here.cameras.get(url)
        if known is not None and known.state not in ("closed", "failed"):
            return known
        camera = Camera(here, here.station.open(url, name), url)
        here.cameras[url] = camera
        return camera


def open_demo() -> list[Camera]:
    """The built-in cameras: one RTSP with sound, one MJPEG."""
    with _lock:
        here = home()
        return [open(url, name) for name, url in here.station.demo_addresses().items()]


def videos(folder: Path | str | None = None) -> list[Video]:
    """The finished videos, newest first; of this process's own folder where none is given."""
    if folder is None:
        return [Video(each) for each in home().station.library.videos()]
    return [Video(each) for each in library.Library(Path(folder), home().station.clock).videos()]


class Camera:
    """One opened camera."""

    def __init__(self, here: Home, session: Session, url: str) -> None:
        self._home = here
        self._session = session
        self._url = url

    @property
    def name(self) -> str:
        return self._session.name

    @property
    def state(self) -> str:
        """ "opening", "live", "stale", "closed" or "failed"."""
        return self._session.state.value

    def view(self, width: int | None = None) -> CameraView:
        """The live picture, for a cell or any Panel page.

        Parameters
        ----------
        width
            In pixels; as wide as there is room by default.
        """
        from camrec.views import CameraView

        return CameraView(self._session, base_url=self._home.server.url, width=width)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return self.view()._repr_mimebundle_(include, exclude)

    def snapshot(self) -> tuple[np.datetime64, np.ndarray]:
        """The newest picture.

        Returns
        -------
        time
            UTC, datetime64[ns].
        array
            (H, W, 3) uint8, RGB.
        """
        picture = self._session.pictures.snapshot()
        array = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)
        return np.datetime64(picture.captured, "ns"), cv2.cvtColor(array, cv2.COLOR_BGR2RGB)

    def record(self, duration: int, name: str | None = None) -> Recording:
        """Begin to record for `duration` whole seconds (1 to 86400); returns at once."""
        station = self._home.station
        return Recording(station, station.record(self._session.session_id, duration, name))

    def close(self) -> None:
        """Close it; a running recording is saved first."""
        with _lock:
            self._home.cameras.pop(self._url, None)
        if self._session.state is not SessionState.CLOSED:
            self._home.station.close(self._session.session_id)

    def __enter__(self) -> Camera:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Camera {self.name!r} {self._session.source.url} {self.state}>"


class Recording:
    """One timed act of writing a camera down."""

    def __init__(self, station: Station, running: recording.Recording) -> None:
        self._station = station
        self._running = running

    @property
    def state(self) -> str:
        """ "writing", "waiting", "finalising", "saved" or "failed"."""
        return self._running.state.value

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return self._running.elapsed

    @property
    def progress(self) -> float:
        """0 to 1."""
        return min(1.0, self._running.elapsed / self._running.duration)

    def wait(self, timeout: float | None = None) -> Video:
        """Block until the video is saved.

        Raises
        ------
        TimeoutError
            `timeout` seconds passed first.
        CamrecError
            It could not be saved; the error says where its parts are.
        """
        if not self._running.wait(timeout):
            raise TimeoutError(f"still {self.state} after {timeout} s")
        if self._running.error is not None:
            raise self._running.error
        return Video(self._station.library.get(self._running.filename))

    def stop(self) -> Video:
        """End it early and save."""
        self._running.stop()
        return self.wait()

    def __repr__(self) -> str:
        return f"<Recording {self.state} {self.elapsed:.1f} s of {self._running.duration} s>"


class Video:
    """A finished video and its receipt."""

    def __init__(self, found: library.Video) -> None:
        self._found = found

    @property
    def path(self) -> Path:
        return self._found.path

    @property
    def receipt(self) -> Receipt | None:
        return self._found.receipt

    @property
    def started_at(self) -> np.datetime64:
        """UTC, datetime64[ns]."""
        return np.datetime64(self._found.started_at, "ns")

    @property
    def duration(self) -> float:
        """Seconds."""
        return self._found.duration

    @property
    def gaps(self) -> Sequence[Gap]:
        return self._found.receipt.gaps if self._found.receipt else ()

    def view(self, width: int | None = None) -> VideoView:
        """A player, for a cell or any Panel page."""
        from camrec.views import VideoView

        return VideoView(self._found, base_url=home().server.url, width=width)

    def __repr__(self) -> str:
        return f"<Video {self._found.filename!r} {self.duration:.2f} s>"
