"""Starts and stops both demo cameras."""

from __future__ import annotations

from pathlib import Path

from camrec.demo.birdhouse import BirdhouseScene
from camrec.demo.mjpeg_camera import DemoMjpegCamera
from camrec.demo.rtsp_camera import DemoRtspCamera


class DemoCameras:
    """One RTSP camera with audio and one HTTP-MJPEG camera, for anyone who has no camera at hand.

    camrec opens them like any other camera. They can be reached only from this machine.

    Parameters
    ----------
    mediamtx
        The program that serves RTSP. It runs in another process than the proxy.
    folder
        The folder for its settings file, which exists only while it starts.
    """

    def __init__(self, *, mediamtx: Path, folder: Path) -> None:
        self._rtsp = DemoRtspCamera(mediamtx, folder)
        self._mjpeg = DemoMjpegCamera(BirdhouseScene())

    def start(self) -> None:
        """Start the cameras that do not run yet.

        Raises
        ------
        ServiceError
            ``proxy_failed``: MediaMTX does not run.
        """
        self._mjpeg.start()
        try:
            self._rtsp.start()
        except BaseException:
            self.stop()
            raise

    @property
    def rtsp_url(self) -> str:
        """The address of the RTSP camera, which is known after `start`."""
        return self._rtsp.url

    @property
    def mjpeg_url(self) -> str:
        """The address of the MJPEG camera, which is known after `start`."""
        return self._mjpeg.url

    def stop(self) -> None:
        """Stop both cameras, with their threads and their process."""
        self._rtsp.stop()
        self._mjpeg.stop()
