"""Connects sessions to their cameras, through the proxies."""

from __future__ import annotations

from collections.abc import Sequence

from camrec.camera_address import CameraAddress
from camrec.camera_clock import ClockChoice
from camrec.clock import Clock
from camrec.config import Config
from camrec.network_policy import NetworkPolicy
from camrec.proxies import Go2rtc, MediaMTX
from camrec.session import CameraRoutes, MjpegUpstream, RtspUpstream, Upstream
from camrec.station.built_in_cameras import BuiltInCameras


class UpstreamFactory:
    """Creates the upstream of a session: RTSP through MediaMTX, MJPEG through go2rtc."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        mediamtx: MediaMTX,
        go2rtc: Go2rtc,
        routes: CameraRoutes,
        demo: BuiltInCameras,
    ) -> None:
        self._config = config
        self._clock = clock
        self._mediamtx = mediamtx
        self._go2rtc = go2rtc
        self._routes = routes
        self._demo = demo

    def create(self, source: CameraAddress, path: str, clock_choice: ClockChoice) -> Upstream:
        """The upstream of a camera. Its proxy serves the camera as `path`.

        clock_choice : where the UTC of its frames comes from.
        """
        policy = NetworkPolicy(self.allowed_networks(source))
        return self.create_with(source, path, clock_choice, policy, self._routes)

    def create_with(
        self,
        source: CameraAddress,
        path: str,
        clock_choice: ClockChoice,
        policy: NetworkPolicy,
        routes: CameraRoutes,
    ) -> Upstream:
        """As `create`, with another policy and other known routes."""
        if source.kind == "rtsp":
            return RtspUpstream(
                source, path, self._clock, self._mediamtx, policy, routes, clock_choice
            )
        return MjpegUpstream(source, path, self._clock, self._go2rtc, policy, clock_choice)

    def allowed_networks(self, source: CameraAddress) -> Sequence[str]:
        """In which networks a camera may be; empty: any. Built-in cameras are always allowed."""
        return () if source.url in self._demo.urls else self._config.allowed_networks
