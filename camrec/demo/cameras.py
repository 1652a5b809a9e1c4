"""The two demo cameras together."""

from __future__ import annotations

from pathlib import Path

from camrec.demo.birdhouse import BirdhouseScene
from camrec.demo.mjpeg_camera import DemoMjpegCamera
from camrec.demo.rtsp_camera import DemoRtspCamera


class DemoCameras:
    """One RTSP camera with sound and one HTTP-MJPEG camera, for whoever has none at hand.

    They are cameras like any other, reachable from this machine only.

    Parameters
    ----------
    mediamtx
        The program that serves RTSP: a second process, apart from the proxy.
    folder
        Where its settings lie while it starts.
    """

    def __init__(self, *, mediamtx: Path, folder: Path) -> None:
        self._rtsp = DemoRtspCamera(mediamtx, folder)
        self._mjpeg = DemoMjpegCamera(BirdhouseScene())

    def start(self) -> None:
        """Begin to deliver; a camera that was started already goes on.

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
        return self._rtsp.url

    @property
    def mjpeg_url(self) -> str:
        return self._mjpeg.url

    def stop(self) -> None:
        """End both; nothing of them is left."""
        self._rtsp.stop()
        self._mjpeg.stop()
