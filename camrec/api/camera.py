"""Opens cameras. A camera is opened only once, even if several notebook cells open it."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from camrec.api import process_state
from camrec.api.backend import Backend, CameraHandle
from camrec.api.events import DetailValues, to_details
from camrec.api.process_state import local_backend
from camrec.api.recording import Recording
from camrec.api.start_time import to_start_ns
from camrec.camera_clock import ClockChoice
from camrec.schema import ClockReply, DelayReply

if TYPE_CHECKING:
    import ipywidgets

    from camrec.dashboard import CameraView


def open(
    url: str,
    name: str | None = None,
    clock: ClockChoice | None = None,
    stays: bool | None = None,
) -> Camera:
    """Open a camera and wait until it is live.

    If the camera is already open, it is returned as it is. The first call in a process starts
    camrec, which may take some minutes to download programs.

    Parameters
    ----------
    url
        ``rtsp://user:password@host:port/path`` or ``http://host:port/path``.
    name
        What the camera is called, 1 to 100 characters. By default the name that it had when it was
        opened before, or else its host.
    clock
        What dates its frames. "arrival": when they arrive, late by what the camera takes to
        encode and send them. "camera": the camera's own clock, as long as that proves to be right;
        see `Camera.clock`. This needs an RTSP camera that sends RTCP sender reports, or an HTTP
        MJPEG camera that states a time with each frame. By default what did when it was opened
        before, or else "arrival".
    stays
        True: open it again at each start of camrec, until this is False. Its password is then
        stored: in the system's keyring if the settings say so, or else in ``.cameras.json`` in the
        videos folder. By default as before.

    Raises
    ------
    InputError
        ``address_scheme``, ``address_host``, ``bad_name``: `url` or `name` is not valid. The first
        call also raises ``config_value`` and others: a setting in ``config.yaml`` is not valid.
    StateError
        ``sessions_full``: the settings allow no further open camera. ``folder_taken`` (first call):
        another camrec, such as that of another notebook, uses the videos folder; see
        `camrec.connect`.
    CameraError
        ``camera_no_answer``, ``camera_wrong_password`` and others: the camera sends no video.
    AccessError
        ``address_not_allowed``: the settings do not allow cameras in this network.
    ServiceError
        ``binary_missing``, ``proxy_failed``: a program that camrec needs is missing, or does not
        work. ``folder_unwritable``: the videos folder cannot be written.
    """
    backend = local_backend()
    return camera_for(backend, backend.open(url, name, clock, stays))


def cameras() -> list[Camera]:
    """Return the cameras that are open in this process, the oldest session first.

    If camrec does not run in this process yet, it is started, with the errors of `open`: these
    cameras are then those that stay, and after a crash those whose recordings continue.
    """
    backend = local_backend()
    return [camera_for(backend, each) for each in backend.cameras()]


def open_demo() -> list[Camera]:
    """Open the two built-in cameras: one over RTSP with audio, one over HTTP MJPEG.

    Waits until both are live. The errors are those of `open`.
    """
    return [open(url, name) for name, url in local_backend().station.demo.addresses().items()]


def camera_for(backend: Backend, handle: CameraHandle) -> Camera:
    """Return the `Camera` of a session: the same object as long as anything refers to it."""
    with process_state.lock:
        known = process_state.camera_objects
        key = (id(backend), handle.session_id)
        camera = known.get(key) or Camera(backend, handle)
        known[key] = camera
        return camera


class Camera:
    """One open camera. A notebook cell shows it as live video.

    As a context manager it closes itself at the end.
    """

    def __init__(self, backend: Backend, handle: CameraHandle) -> None:
        self._backend = backend
        self._handle = handle

    @property
    def id(self) -> str:
        """The id of the camera at this address, the same each time that it is opened.

        The receipts of its videos contain it as ``camera_id``.
        """
        return self._handle.camera_id

    @property
    def session_id(self) -> str:
        """The id that the REST API uses, another one each time that the camera is opened."""
        return self._handle.session_id

    @property
    def name(self) -> str:
        """What the camera is called, 1 to 100 characters."""
        return self._handle.name

    @property
    def state(self) -> str:
        """ "opening", "live", "stale", "closed" or "failed"."""
        return self._handle.info().state

    @property
    def clock(self) -> ClockReply:
        """What dates its frames now, and what is known about the camera's own clock."""
        return self._handle.info().clock

    @property
    def delay(self) -> DelayReply | None:
        """How late its frames are dated, as ``camrec calibrate`` measured it.

        None if it was not measured at this address.
        """
        return self._handle.delay()

    @property
    def recording(self) -> Recording | None:
        """The latest recording, whether it still runs or not."""
        latest = self._handle.latest_recording()
        return None if latest is None else Recording(self._backend, latest)

    def recordings(self) -> list[Recording]:
        """Return the scheduled and running recordings, then the latest ones that have ended."""
        return [Recording(self._backend, each) for each in self._handle.recordings()]

    def view(self, width: int | None = None, controls: bool = True) -> CameraView:
        """Return the live video with the record controls, for a cell or any Panel page.

        Parameters
        ----------
        width
            Pixels; by default as wide as its container, at most 640.
        controls
            Whether the view can start and stop recordings. False for a page that other people
            open: it then has no permission to record.
        """
        from camrec.dashboard import CameraView

        return CameraView(
            self._handle,
            base_url=self._backend.page_url,
            record_url=self._backend.record_url if controls else "",
            width=width,
            language=self._backend.language,
        )

    def widget(self, width: int | None = None, controls: bool = True) -> ipywidgets.Output:
        """Return the same view as an ipywidget, to combine it with others.

        Needs ``camrec[jupyter]``.

        Parameters
        ----------
        width, controls
            As for `view`.
        """
        return self.view(width, controls).widget()

    def _repr_mimebundle_(
        self, include: Container[str] | None = None, exclude: Container[str] | None = None
    ) -> dict[str, str]:
        return self.view()._repr_mimebundle_(include, exclude)

    def snapshot(self) -> tuple[np.datetime64, npt.NDArray[np.uint8]]:
        """Return the newest frame.

        Returns
        -------
        time
            UTC, datetime64[ns].
        array
            (H, W, 3) uint8, RGB.

        Raises
        ------
        StateError
            ``session_not_live``: the camera sends no frames.
        """
        captured_ns, jpeg = self._handle.snapshot()
        bgr = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert bgr is not None  # camrec has encoded this JPEG itself
        rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
        return np.datetime64(captured_ns, "ns"), rgb.astype(np.uint8, copy=False)

    def record(
        self,
        duration: int | None,
        name: str | None = None,
        *,
        start_at: datetime | None = None,
        details: DetailValues | None = None,
        video_length: int | None = None,
    ) -> Recording:
        """Start a recording, or schedule one, and return at once.

        Parameters
        ----------
        duration
            Whole seconds, 1 to 86400; None: until `Recording.stop`, in one video after another.
        name
            The name of the video, 1 to 100 characters; the camera's name by default.
        start_at
            When it starts: a time with a time zone, at most 31 days ahead. By default now. Until
            then its state is "scheduled". If the camera is being recorded then, it starts where
            that recording ends. It survives a restart of camrec; `Recording.stop` and `close`
            cancel it.
        details
            Names with values that the receipt keeps, such as ``{"subject": "A17", "trial": 3}``: at
            most 32 names (64 characters) with values (1000 characters). Numbers become strings.
        video_length
            Whole seconds of each video, 60 to 86400, up to the next key frame. No frame is lost
            between two videos. By default 3600 if `duration` is None, otherwise there is one video.

        Raises
        ------
        InputError
            ``bad_duration``, ``bad_video_length``, ``bad_name``, ``bad_start``, ``bad_details``:
            an argument is not valid.
        StateError
            ``session_not_live``: the camera sends no frames. ``already_recording``,
            ``plan_records``: the camera is already being recorded, by somebody or by a plan, and
            `start_at` is not given.
        NotFoundError
            ``no_session``: the camera was closed.
        DiskError
            ``disk_full``: there is too little disk space for this duration.
        """
        recording = self._handle.record(
            duration, name, to_details(details), video_length, to_start_ns(start_at)
        )
        return Recording(self._backend, recording)

    def close(self) -> None:
        """Close the camera. A running recording is saved first, scheduled ones are cancelled.

        It cannot be opened again: `camrec.open` returns a new `Camera`.
        """
        self._handle.close()

    def __enter__(self) -> Camera:
        """Return the camera itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def __repr__(self) -> str:
        """Return the name, the address without a credential, and the state."""
        info = self._handle.info()
        return f"<Camera {info.name!r} {info.url} {info.state}>"
