"""Cameras: opened once, whatever cell asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import cv2
import numpy as np

from camrec.api.backend import Backend
from camrec.api.local import local_backend, lock
from camrec.api.recording import Recording

if TYPE_CHECKING:
    from camrec.dashboard import CameraView

_known: WeakValueDictionary[tuple[int, str], Camera] = WeakValueDictionary()


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
    return camera_for(local_backend(), local_backend().open(url, name))


def cameras() -> list[Camera]:
    """Those that are open in this process; after a crash also those of recordings that go on."""
    return [camera_for(local_backend(), each) for each in local_backend().cameras()]


def open_demo() -> list[Camera]:
    """The built-in cameras: one RTSP with audio, one MJPEG."""
    return [open(url, name) for name, url in local_backend().station.demo_addresses().items()]


def camera_for(backend: Backend, found: Any) -> Camera:
    """The same object for as long as somebody has it."""
    with lock:
        known = (id(backend), found.session_id)
        camera = _known.get(known) or Camera(backend, found)
        _known[known] = camera
        return camera


class Camera:
    """One opened camera. As a cell's value it is the live video."""

    def __init__(self, backend: Backend, found: Any) -> None:
        self._backend = backend
        self._handle = found

    @property
    def session_id(self) -> str:
        """What REST knows it by."""
        return self._handle.session_id

    @property
    def name(self) -> str:
        """As it was opened: 1 to 100 characters."""
        return self._handle.name

    @property
    def state(self) -> str:
        """ "opening", "live", "stale", "closed" or "failed"."""
        return self._backend.camera(self._handle).state

    @property
    def recording(self) -> Recording | None:
        """The latest one, running or over."""
        latest = self._backend.latest_recording(self._handle)
        return None if latest is None else Recording(self._backend, latest)

    def recordings(self) -> list[Recording]:
        """Those that are scheduled or run, and the latest that ended, which come last."""
        return [Recording(self._backend, each) for each in self._backend.recordings(self._handle)]

    def view(self, width: int | None = None, controls: bool = True) -> CameraView:
        """The live video and what records it, for a cell or any Panel page.

        Parameters
        ----------
        width
            In pixels; as wide as there is room, up to 640, by default.
        controls
            Whether a recording can be begun and ended there. False for a page that others open:
            it then has no right to.
        """
        from camrec.dashboard import CameraView

        return CameraView(
            self._handle,
            base_url=self._backend.page_url,
            record_url=self._backend.record_url if controls else "",
            width=width,
            language=self._backend.language,
        )

    def widget(self, width: int | None = None, controls: bool = True) -> Any:
        """The same as an ipywidget, to stand among others. Needs ``camrec[jupyter]``.

        Parameters
        ----------
        width, controls
            As `view` takes them.
        """
        return self.view(width, controls).widget()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return self.view()._repr_mimebundle_(include, exclude)

    def snapshot(self) -> tuple[np.datetime64, np.ndarray]:
        """The newest frame.

        Returns
        -------
        time
            UTC, datetime64[ns].
        array
            (H, W, 3) uint8, RGB.

        Raises
        ------
        StateError
            ``session_not_live``: there is none.
        """
        captured, jpeg = self._backend.snapshot(self._handle)
        array = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        return np.datetime64(captured, "ns"), cv2.cvtColor(array, cv2.COLOR_BGR2RGB)

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
        return Recording(self._backend, self._backend.record(self._handle, duration, name))

    def close(self) -> None:
        """Close it: a running recording is saved first, scheduled ones are cancelled.

        Any number of times.
        """
        self._backend.close(self._handle)

    def __enter__(self) -> Camera:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        told = self._backend.camera(self._handle)
        return f"<Camera {told.name!r} {told.url} {told.state}>"
