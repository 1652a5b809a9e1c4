"""Writes reports about cameras that do not work."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from camrec.camera_address import CameraAddress
from camrec.camera_report import CameraFindings, RecordingPolicy, Transcript
from camrec.clock import Clock
from camrec.errors import StateError
from camrec.proxies import Proxy
from camrec.session import CameraRoute, CameraRoutes, Session, SessionState, diagnose
from camrec.station.cameras import StationCameras
from camrec.station.programs import StationPrograms
from camrec.station.upstreams import UpstreamFactory


class CameraReports:
    """Opens a camera once more, and writes all data between it and camrec to a ZIP file."""

    def __init__(
        self,
        clock: Clock,
        cameras: StationCameras,
        upstreams: UpstreamFactory,
        programs: StationPrograms,
        proxies: Sequence[Proxy],
    ) -> None:
        self._clock = clock
        self._cameras = cameras
        self._upstreams = upstreams
        self._programs = programs
        self._proxies = proxies

    def write_for_failed(self, session_id: str, path: Path) -> CameraFindings:
        """As `write`, for a camera that could not be opened.

        Raises
        ------
        NotFoundError (``no_session``), StateError (``session_not_failed``), OSError
        """
        session = self._cameras.session(session_id)
        if session.state is not SessionState.FAILED:
            raise StateError("session_not_failed")
        return self.write(session.source, path)

    def write(self, source: CameraAddress, path: Path) -> CameraFindings:
        """Write the report of a camera to `path`.

        It takes as long as the camera needs to open or to fail, and ten seconds of video.
        Credentials, cookies, hosts and addresses are replaced. Raises OSError.
        """

        def make_session(transcript: Transcript) -> Session:
            policy = RecordingPolicy(self._upstreams.allowed_networks(source), transcript)
            # Through the relay, because only what camrec itself sends and receives can be recorded.
            routes = CameraRoutes()
            routes.remember(source, CameraRoute.RELAY)
            create_upstream = partial(self._upstreams.create_with, policy=policy, routes=routes)
            return Session(source, source.host, create_upstream, self._clock)

        ffmpeg = self._programs.found("ffmpeg")
        versions = {proxy.name: proxy.version or None for proxy in self._proxies}
        versions["ffmpeg"] = ffmpeg.version if ffmpeg else None
        return diagnose(make_session, path, versions)
