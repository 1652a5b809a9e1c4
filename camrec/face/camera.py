"""Cameras: opened once in a process, whatever cell asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from camrec.face.home import Home, home, lock
from camrec.face.recording import Recording
from camrec.session import Session, SessionState

if TYPE_CHECKING:
    from camrec.views import CameraView


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
    with lock:
        here = home()
        known = here.cameras.get(url)
        if known is not None and known.state not in ("closed", "failed"):
            return known
        camera = Camera(here, here.station.open(url, name), url)
        here.cameras[url] = camera
        return camera


def open_demo() -> list[Camera]:
    """The built-in cameras: one RTSP with sound, one MJPEG."""
    with lock:
        here = home()
        return [open(url, name) for name, url in here.station.demo_addresses().items()]


class Camera:
    """One opened camera."""

    def __init__(self, here: Home, session: Session, url: str) -> None:
        self._home = here
        self._session = session
        self._url = url

    @property
    def name(self) -> str:
        """As it was opened: 1 to 100 characters."""
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
        """Begin to record; returns at once.

        Parameters
        ----------
        duration
            Whole seconds, 1 to 86400.
        name
            Of the video, 1 to 100 characters; the camera's by default.

        Raises
        ------
        InputError
            ``bad_duration``, ``bad_name``.
        StateError
            ``session_not_live``, ``already_recording``.
        DiskError
            ``disk_full``.
        """
        station = self._home.station
        return Recording(station, station.record(self._session.session_id, duration, name))

    def close(self) -> None:
        """Close it; a running recording is saved first."""
        with lock:
            self._home.cameras.pop(self._url, None)
        if self._session.state is not SessionState.CLOSED:
            self._home.station.close(self._session.session_id)

    def __enter__(self) -> Camera:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Camera {self.name!r} {self._session.source.url} {self.state}>"
