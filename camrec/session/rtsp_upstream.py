"""RTSP cameras: MediaMTX connects to the camera, or to the relay that connects to it."""

from __future__ import annotations

from camrec.camera_address import CameraAddress
from camrec.camera_clock import ClockChoice
from camrec.clock import NS_PER_SECOND, Clock
from camrec.errors import CameraError, InputError
from camrec.network_policy import NetworkPolicy
from camrec.proxies import MediaMTX, check_tls_handshake
from camrec.readers import RtspReader, StreamError
from camrec.rtp import ReportQueue
from camrec.rtsp_relay import RtspRelay
from camrec.session.better_route import Phase, better_route
from camrec.session.opening_wait import FIRST_MEDIA_TIMEOUT_S, KEY_FRAME_TIMEOUT_S
from camrec.session.proxy_upstream import READER_TIMEOUT_S, ProxyUpstream
from camrec.session.routes import CameraRoute, CameraRoutes
from camrec.session.rtsp_route_choice import FailedAttempt, RtspRouteChoice

_UDP_ERROR_CODES = ("camera_no_picture", "camera_no_answer", "camera_udp_only")
RELAY_RESPONSE_TIMEOUT_S = 5.0
# Seconds in which MediaMTX must pass on a frame of a camera that sends media, if nothing shows that
# key frames arrived. Some cameras send one key frame a minute, so one connection must last that
# long. Other cameras never send a key frame as the standard defines it, and MediaMTX waits for one.
NO_KEY_FRAME_S = 65.0
DROP_REPORT_S = 2.5  # if MediaMTX drops packets, it reports that twice in this time


class RtspUpstream(ProxyUpstream[MediaMTX]):
    """MediaMTX connects to most cameras directly; `RtspRouteChoice` decides about the others.

    `Upstream` says what each call does.

    Parameters
    ----------
    known_routes
        The routes that worked before.
    clock_choice
        Where the UTC of frames comes from. "camera": the relay is used wherever it can be.
    """

    def __init__(
        self,
        source: CameraAddress,
        path: str,
        clock: Clock,
        proxy: MediaMTX,
        network_policy: NetworkPolicy | None = None,
        known_routes: CameraRoutes | None = None,
        clock_choice: ClockChoice = "arrival",
    ) -> None:
        super().__init__(source, path, clock, proxy, network_policy)
        self._reports = ReportQueue() if clock_choice == "camera" else None
        self._choice = RtspRouteChoice(
            source,
            self._network_policy,
            known_routes or CameraRoutes(),
            wants_reports=self._reports is not None,
        )
        self._relay: RtspRelay | None = None
        self._reader: RtspReader | None = None  # the newest

    @property
    def route(self) -> CameraRoute:
        """The route that the camera takes, or takes at the next `open`."""
        return self._choice.route

    @property
    def answer_timeout(self) -> float:
        # MediaMTX does not report a response that it cannot read. Leave time for the relay.
        if self.route.is_relayed:
            return FIRST_MEDIA_TIMEOUT_S
        return FIRST_MEDIA_TIMEOUT_S - RELAY_RESPONSE_TIMEOUT_S

    @property
    def key_frame_timeout(self) -> float:
        return NO_KEY_FRAME_S if self._choice.may_withhold_frames else KEY_FRAME_TIMEOUT_S

    def open(self) -> None:
        if self.route is CameraRoute.DIRECT and self.source.url.startswith("rtsps:"):
            check_tls_handshake(self.source, self._network_policy)
        self._choice.choose_for_opening(
            self._proxy.hung_up_after(self.path), self._proxy.drops_jpeg(self.path)
        )
        # MediaMTX retries a source only every 5 s, but tries a new path as soon as it is read.
        if self.route.is_relayed and self._relay is None:
            self._proxy.disconnect(self.path)
        else:
            self._proxy.remove(self.path)
        if not (self.route.is_relayed or self._open_without_relay()):
            # Whatever MediaMTX rejects in the camera's address, it accepts the relay's address.
            self._choice.switch_to(CameraRoute.RELAY)
        if self.route.is_relayed:
            self._open_relay()

    def close(self) -> None:
        self._remember_route()
        self._proxy.remove(self.path)
        self._stop_relay()

    def create_reader(self) -> RtspReader:
        self._reader = (
            RtspReader(
                self.local_url,
                self._clock,
                patience=READER_TIMEOUT_S,
                first_track=MediaMTX.FIRST_TRACK,
                reports=self._reports,
            )
            if self._relay is None
            else _RelayedReader(self.local_url, self._clock, self._relay)
        )
        return self._reader

    def received_bytes(self) -> int | None:
        return self._proxy.received_bytes(self.path)

    def stays_connected(self) -> bool:
        return self.received_bytes() is not None

    def reason(self, error: StreamError | None, since: int) -> CameraError | None:
        if self._relay is not None and (reason := self._relay.reason(since)) is not None:
            return reason
        if self.route is CameraRoute.DIRECT and self._proxy.follows_redirect_loop(self.path):
            self._proxy.remove(self.path)
            self._choice.redirects_endlessly = True
            return self._create_error("camera_circle")
        if error is not None and error.reason == "codec":
            return self._create_error("camera_codec", codec=error.detail)
        if (error is not None and error.reason == "jpeg") or self.drops_media(since):
            return self._create_error("camera_jpeg")
        reason = self._proxy.reason(self.path, since)
        if reason is not None and self._relay is not None:
            # MediaMTX's error names the relay's address. Name the camera's instead.
            reason = self._create_error(reason.code, **reason.facts)
        return None if reason is None else self.explain_error(reason)

    def explain_error(self, error: CameraError) -> CameraError:
        if self.route is CameraRoute.UDP and error.code in _UDP_ERROR_CODES:
            return self._create_error("camera_udp_only")
        return error

    def drops_media(self, since: int) -> bool:
        # On the relay's routes MediaMTX does not parse M-JPEG.
        return self.route is CameraRoute.DIRECT and self._proxy.drops_jpeg(self.path, since)

    def finds_better_route(self, since: int, phase: Phase) -> bool:
        dropped, now = self._proxy.dropped, self._clock.monotonic_ns()
        return self._choice.propose(better_route(dropped, self.path, self.route, phase, since, now))

    def may_report_drops(self, since: int) -> bool:
        is_early = self._clock.monotonic_ns() < since + int(DROP_REPORT_S * NS_PER_SECOND)
        has_odd_numbers = self._reader is not None and self._reader.has_sequence_errors
        return is_early and self._choice.may_withhold_frames and has_odd_numbers

    def reroute(self, error: CameraError) -> bool:
        attempt = FailedAttempt(
            is_unanswered=self._proxy.is_pending(self.path),
            failed_in_dialogue=self._proxy.failed_in_dialogue(self.path),
            may_go_over_udp=self._relay is not None and not self._relay.was_redirected,
        )
        return self._choice.choose_after(error, attempt)

    def _open_without_relay(self) -> bool:
        """Give MediaMTX the camera's own address; False if MediaMTX rejects it."""
        self._stop_relay()
        try:
            self._proxy.add(self.path, self.source, over_udp=self.route is CameraRoute.UDP)
        except InputError:
            return False
        return True

    def _open_relay(self) -> None:
        is_unread = self.route is CameraRoute.UNREAD
        if self._relay is not None and self._relay.unread is not is_unread:
            self._stop_relay()
        if self._relay is None:
            self._relay = RtspRelay(
                self.source, self._network_policy, self._remember_route, is_unread, self._reports
            ).start()
        self._relay.clear_error()
        self._proxy.add(self.path, self._relay.source)

    def _remember_route(self) -> None:
        """Remember the route if it works; the relay calls this at its first frame."""
        self._choice.remember(
            delivered_over_udp=self._proxy.has_delivered(self.path),
            relay_delivered_at=None if self._relay is None else self._relay.delivered_at,
        )

    def _stop_relay(self) -> None:
        if self._relay is not None:
            self._relay.close()
            self._relay = None


class _RelayedReader(RtspReader):
    """A reader that also knows which audio the relay left out."""

    def __init__(self, url: str, clock: Clock, relay: RtspRelay) -> None:
        self._relay = relay
        super().__init__(
            url,
            clock,
            patience=READER_TIMEOUT_S,
            first_track=MediaMTX.FIRST_TRACK,
            reports=relay.reports,
        )

    @property
    def unsupported_audio(self) -> str:
        return self._unsupported_audio or self._relay.unsupported_audio

    @unsupported_audio.setter
    def unsupported_audio(self, codec: str) -> None:
        self._unsupported_audio = codec
