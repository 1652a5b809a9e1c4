"""Starts the built-in cameras on first use."""

from __future__ import annotations

import threading

from camrec.config import Config
from camrec.demo import DemoCameras
from camrec.station.programs import StationPrograms

# Their addresses are others at each start, so these are their ids in every camrec.
DEMO_RTSP_CAMERA_ID, DEMO_MJPEG_CAMERA_ID = "demo-rtsp", "demo-mjpeg"
BUILT_IN_CAMERA_IDS = (DEMO_RTSP_CAMERA_ID, DEMO_MJPEG_CAMERA_ID)


class BuiltInCameras:
    """The two built-in cameras. Safe to call from any thread."""

    def __init__(self, config: Config, programs: StationPrograms) -> None:
        self._config = config
        self._programs = programs
        self._lock = threading.Lock()
        self._demo: DemoCameras | None = None

    @property
    def urls(self) -> frozenset[str]:
        """The addresses of both cameras; empty before they were started."""
        return frozenset(self._camera_ids())

    def camera_id(self, url: str) -> str | None:
        """The id of the camera at an address; None if that is not a built-in one."""
        return self._camera_ids().get(url)

    def _camera_ids(self) -> dict[str, str]:
        demo = self._demo
        if demo is None:
            return {}
        return {demo.rtsp_url: DEMO_RTSP_CAMERA_ID, demo.mjpeg_url: DEMO_MJPEG_CAMERA_ID}

    def ensure_started(self) -> dict[str, str]:
        """Start the cameras, if they do not run yet. Returns their addresses by name.

        Raises
        ------
        ServiceError (``binary_missing``, ``proxy_failed``)
        """
        with self._lock:
            if self._demo is None:
                demo = DemoCameras(
                    mediamtx=self._programs.get("mediamtx").path, folder=self._config.bin_path
                )
                demo.start()
                self._demo = demo
            return {"Demo RTSP": self._demo.rtsp_url, "Demo MJPEG": self._demo.mjpeg_url}

    def stop(self) -> None:
        """Stop the cameras, if they run."""
        with self._lock:
            if self._demo is not None:
                self._demo.stop()
                self._demo = None
