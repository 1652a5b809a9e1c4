"""Starts the built-in cameras on first use."""

from __future__ import annotations

import threading

from camrec.config import Config
from camrec.demo import DemoCameras
from camrec.station.programs import StationPrograms


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
        demo = self._demo
        return frozenset() if demo is None else frozenset({demo.rtsp_url, demo.mjpeg_url})

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
