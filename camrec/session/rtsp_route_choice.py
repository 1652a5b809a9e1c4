"""Chooses the route from an RTSP camera to MediaMTX, and another one after an error."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from camrec.camera_address import CameraAddress
from camrec.clock import monotonic_s
from camrec.errors import CameraError
from camrec.network_policy import NetworkPolicy
from camrec.session.opening_wait import KEY_FRAME_TIMEOUT_S
from camrec.session.routes import CameraRoute, CameraRoutes

log = logging.getLogger(__name__)

FIRST_KEEP_ALIVE_S = 150.0  # after so long at the latest MediaMTX sends its first keep-alive
KEEP_ALIVE_MARGIN_S = 1.0
_RELAY_ERROR_CODES = (
    "camera_codec",
    "camera_jpeg",
    "camera_udp_only",
    "camera_circle",
    "camera_unknown_host",  # it may be the host of a redirect
)
# A camera that fails in this way at the relay may accept MediaMTX.
_DIRECT_ERROR_CODES = (
    "camera_failed",
    "camera_hung_up",
    "camera_hung_up_at_play",
    "camera_no_path",
    "camera_not_a_camera",
    "camera_rejected",
)


@dataclass(frozen=True)
class FailedAttempt:
    """What the proxy and the relay know about an attempt that failed.

    is_unanswered : MediaMTX has read no complete response. If it cannot read a response, it does
        not report that, but waits for the rest.
    failed_in_dialogue : the camera's response made MediaMTX give up.
    may_go_over_udp : the relay is in use, and the camera has not redirected it.
    """

    is_unanswered: bool
    failed_in_dialogue: bool
    may_go_over_udp: bool


class RtspRouteChoice:
    """The route of one camera.

    A camera with a credential is connected through the relay, which never sends the credential to
    another host; MediaMTX would follow a redirect anywhere and log in there. MediaMTX gets a
    credential only to receive over UDP, and only if the camera did not redirect. A camera without a
    credential is connected directly, until the RTSP dialogue fails. Then another route is tried. It
    is remembered if it works at once; if it works later, the camera may just not have been ready.
    No route is tried twice. A camera whose sender reports are wanted is connected through the relay
    as well, because MediaMTX does not pass them on; if that fails, directly.

    route : the route of the next opening.
    redirects_endlessly : MediaMTX followed the camera's redirects without end.
    """

    def __init__(
        self,
        source: CameraAddress,
        network_policy: NetworkPolicy,
        known_routes: CameraRoutes,
        wants_reports: bool = False,
    ) -> None:
        self._source = source
        self._network_policy = network_policy
        self._known_routes = known_routes
        self._wants_reports = wants_reports
        self._hang_up_delays: list[float] = []
        self._tried: set[CameraRoute] = set()
        self._better: CameraRoute | None = None  # better than `route`, judged by dropped packets
        self._is_new = False  # whether `route` is to be remembered if it works
        self.redirects_endlessly = False
        self.route = self._first()

    @property
    def may_withhold_frames(self) -> bool:
        """Whether MediaMTX looks for key frames on this route, and UNREAD is still to be tried."""
        return (
            self.route in (CameraRoute.DIRECT, CameraRoute.RELAY)
            and CameraRoute.UNREAD not in self._tried
        )

    def switch_to(self, route: CameraRoute) -> None:
        """Use another route from now on, because the one before failed."""
        self.route, self._is_new, self._better = route, True, None

    def choose_for_opening(self, hung_up_after: float | None, drops_jpeg: bool) -> CameraRoute:
        """The route of the opening that begins now.

        Parameters
        ----------
        hung_up_after
            Seconds of delivery after which the camera hung up; None if it did not.
        drops_jpeg
            Whether MediaMTX dropped M-JPEG that it cannot decode.
        """
        self._note_hang_up(hung_up_after)
        better, self._better = self._better, None
        if self.route is CameraRoute.DIRECT and (drops_jpeg or self.redirects_endlessly):
            self.switch_to(CameraRoute.RELAY)
        elif better is not None:
            self.switch_to(better)
        return self.route

    def propose(self, better: CameraRoute | None) -> bool:
        """Take `better` at the next opening; False if there is none or it was tried before."""
        self._better = None if better in self._tried else better
        return self._better is not None

    def choose_after(self, error: CameraError, attempt: FailedAttempt) -> bool:
        """Switch to a route that may help after `error`; False if there is none."""
        if (
            self.route is CameraRoute.UDP
            and self._known_routes.route(self._source) is CameraRoute.UDP
        ):
            # UDP worked before, so the camera's settings have changed since.
            self._known_routes.remember(self._source, CameraRoute.DIRECT)
            self.route = self._first()
            return True
        self._tried.add(self.route)
        other = self._next(error, attempt)
        if other is None or other in self._tried:
            self._is_new = False
            if error.code == "camera_udp_only":
                self._known_routes.remember(self._source, CameraRoute.DIRECT)
            return False
        self.switch_to(other)
        return True

    def remember(self, delivered_over_udp: bool, relay_delivered_at: float | None) -> None:
        """Remember a route that works where the direct one failed.

        Parameters
        ----------
        delivered_over_udp
            Whether the camera has delivered on the UDP route.
        relay_delivered_at
            Monotonic seconds of the relay's first frame; None before it.
        """
        if not self._is_new:
            return
        if self.route is CameraRoute.UDP and delivered_over_udp:
            self._known_routes.remember(self._source, CameraRoute.UDP)
        elif relay_delivered_at is not None:
            lasted = monotonic_s() - relay_delivered_at
            if lasted >= 2 * max(self._hang_up_delays, default=0.0):
                self._known_routes.remember(self._source, self.route)

    def _first(self) -> CameraRoute:
        known = self._known_routes.route(self._source)
        if known.is_relayed:
            return known
        # MediaMTX follows a camera's redirects anywhere, and would send the credential there.
        if self._has_partial_credential or self._network_policy.own_connections_only:
            return CameraRoute.RELAY
        needs_relay = self._source.credential is not None or self._wants_reports
        return CameraRoute.RELAY if needs_relay and known is CameraRoute.DIRECT else known

    def _next(self, error: CameraError, attempt: FailedAttempt) -> CameraRoute | None:
        """The route that may help after `error`."""
        if self._better is not None:
            return self._better
        waited = error.facts.get("seconds")
        if self.may_withhold_frames and isinstance(waited, int) and waited < KEY_FRAME_TIMEOUT_S:
            return CameraRoute.UNREAD
        if error.code == "camera_udp_only" and self.route is CameraRoute.RELAY:
            # The video requires UDP: if only the audio did, the relay would have left it out.
            is_allowed = attempt.may_go_over_udp and self._may_mediamtx_connect
            return CameraRoute.UDP if is_allowed else None
        if self.route is CameraRoute.RELAY and self._is_relayed_for_reports:
            return CameraRoute.DIRECT if error.code in _DIRECT_ERROR_CODES else None
        if self.route is not CameraRoute.DIRECT:
            return None
        if error.code == "camera_no_answer" and attempt.is_unanswered:
            return CameraRoute.RELAY
        is_relayable = error.code in _RELAY_ERROR_CODES or attempt.failed_in_dialogue
        return CameraRoute.RELAY if is_relayable else None

    @property
    def _is_relayed_for_reports(self) -> bool:
        """Whether the relay is used only for the camera's sender reports."""
        is_required = self._source.credential is not None or (
            self._network_policy.own_connections_only
            or self._known_routes.route(self._source).is_relayed
        )
        return self._wants_reports and not is_required

    @property
    def _may_mediamtx_connect(self) -> bool:
        """Whether MediaMTX may get the camera's address and credential, for UDP; TLS needs TCP."""
        is_kept = self._network_policy.own_connections_only or self._has_partial_credential
        return not is_kept and self._source.url.startswith("rtsp:")

    @property
    def _has_partial_credential(self) -> bool:
        """Whether user or password is empty: MediaMTX rejects such a credential."""
        credential = self._source.credential
        return credential is not None and not (credential.user and credential.password)

    def _note_hang_up(self, after: float | None) -> None:
        """Use the relay if the camera hangs up after MediaMTX's keep-alive.

        The relay can send another keep-alive, or none.
        """
        if self.route is not CameraRoute.DIRECT or after is None or after > FIRST_KEEP_ALIVE_S:
            return
        self._hang_up_delays.append(after)
        # MediaMTX sends it 5 s before a session's timeout, and timeouts are multiples of 5 s.
        if len(self._hang_up_delays) > 1 or after % 5 < KEEP_ALIVE_MARGIN_S:
            log.info("%s hung up after %.1f s: it is relayed from now on", self._source.url, after)
            self.switch_to(CameraRoute.RELAY)
