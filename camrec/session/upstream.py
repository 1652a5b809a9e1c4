"""The way from a camera to us: a path of a proxy, and a reader of what it offers."""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from camrec.camera_address import CameraAddress
from camrec.clock import Clock
from camrec.errors import CameraError, InputError
from camrec.media import MediaUnit, StreamNotice
from camrec.mjpeg_relay import MjpegRelay, inspect_stream
from camrec.network_policy import NetworkPolicy
from camrec.proxies import Go2rtc, MediaMTX, Proxy, check_tls_handshake
from camrec.readers import MjpegReader, RtspReader, StreamError
from camrec.rtsp_relay import RtspRelay
from camrec.session.better_route import Phase, better_route
from camrec.session.opening_wait import FIRST_MEDIA_TIMEOUT_S, KEY_FRAME_TIMEOUT_S
from camrec.session.routes import CameraRoute, CameraRoutes

log = logging.getLogger(__name__)

FIRST_KEEP_ALIVE_S = 150.0  # of delivery, in which a first keep-alive comes
KEEP_ALIVE_MARGIN_S = 1.0
_RELAY_ERROR_CODES = (
    "camera_codec",
    "camera_jpeg",
    "camera_udp_only",
    "camera_circle",
    "camera_unknown_host",
)
_UDP_ERROR_CODES = ("camera_no_picture", "camera_no_answer", "camera_udp_only")
# Seconds without media after which a reader ends by itself. The session leaves a camera sooner: it
# knows how far apart its frames usually are.
READER_TIMEOUT_S = 3600.0
RELAY_RESPONSE_TIMEOUT_S = 5.0
# Seconds in which a camera for one viewer may not have noticed that the look at it is over, ...
CAMERA_RELEASE_S = 5.0
# ... and for which a look at a camera that is relayed then does: one more would take its place.
INSPECTION_VALIDITY_S = 10.0
_VIEWER_LIMIT_ERROR_CODES = ("camera_hung_up", "camera_refused", "camera_busy")
# Seconds in which MediaMTX must pass on a frame of a camera that sends, where nothing shows that
# key frames came: some cameras are set to one a minute, and that minute is waited for on one
# connection. MediaMTX waits for a key frame as the letter has it, which others never send.
NO_KEY_FRAME_S = 65.0
# Seconds in which MediaMTX says twice what it drops, where it does.
DOUBT_S = 2.5


class UnitReader(Protocol):
    """A local stream as units; `close` may come from any thread.

    unsupported_audio : the codec of its sound, where it has some that cannot be read; known with
    the first
        unit.
    notices : what a recording of it should tell, as far as is known with the newest unit.
    """

    unsupported_audio: str
    notices: tuple[StreamNotice, ...]

    def batches(self) -> Iterator[Sequence[MediaUnit]]: ...

    def rest(self, seconds: float) -> None: ...

    def close(self) -> None: ...


class Upstream(ABC):
    """One session's path of a proxy. It is opened and closed any number of times.

    reach : where the camera may be.
    """

    _proxy: Proxy

    def __init__(
        self, source: CameraAddress, path: str, clock: Clock, reach: NetworkPolicy | None = None
    ) -> None:
        self.source = source
        self.path = path
        self._clock = clock
        self._network_policy = reach or NetworkPolicy()

    def prepare(self) -> None:
        """Have the proxy run: what that takes is not the camera's doing."""
        self._network_policy.check(self.source)
        self._proxy.ensure_ready()

    def received_bytes(self) -> int | None:
        """Bytes of media that came since it was opened; None while the camera is not connected."""
        return None

    @property
    def stays_connected(self) -> bool:
        """Whether the camera stays connected when a reader leaves."""
        return False

    @property
    def answer_timeout(self) -> float:
        """Seconds in which the camera must answer: less where another way is to be tried then."""
        return FIRST_MEDIA_TIMEOUT_S

    @property
    def key_frame_timeout(self) -> float:
        """Seconds in which the proxy must pass a frame on where media comes: less where another way
        is to be tried then.
        """
        return KEY_FRAME_TIMEOUT_S

    def explain_error(self, error: CameraError) -> CameraError:
        """What `error` means on this way to the camera."""
        return error

    @property
    @abstractmethod
    def local_url(self) -> str:
        """What the proxy offers to other programs on this machine."""

    @abstractmethod
    def open(self) -> None:
        """Give the camera to the proxy, anew if it has it already."""

    @abstractmethod
    def close(self) -> None:
        """Take the camera away from the proxy."""

    @abstractmethod
    def create_reader(self) -> UnitReader:
        """A fresh reader: each is used once."""

    @abstractmethod
    def reason(self, error: StreamError | None, since: int) -> CameraError | None:
        """Why nothing came, as far as the proxy knows it since a monotonic moment (ns)."""

    def drops_media(self, since: int) -> bool:
        """Whether the proxy drops what the camera sends, since a monotonic moment: another way
        helps, and waiting does not.
        """
        return False

    def truncates_frames(self, since: int, phase: Phase) -> bool:
        """Whether the proxy leaves out what comes, and another way helps: the next `open` goes it.

        To be asked again and again: the proxy says so a second later.
        """
        return False

    def is_in_doubt(self, since: int) -> bool:
        """Whether the proxy, opened at a monotonic moment, may be about to say that it leaves
        something out.
        """
        return False

    def reroute(self, error: CameraError) -> bool:
        """Whether the next `open` goes another way that may help, after `error`.

        To be asked once after a failed attempt, before the line is closed or opened again.
        """
        return False

    def may_be_busy(self, error: CameraError) -> bool:
        """Whether the camera was seen to deliver a moment ago, and may not have noticed yet that
        this viewer left: it is worth to be tried again in a second.
        """
        return False

    def _create_error(self, code: str, **facts: Any) -> CameraError:
        return CameraError(code, **{**facts, "host": self.source.host, "port": self.source.port})


class RtspUpstream(Upstream):
    """RTSP cameras, through MediaMTX; those whose dialogue it does not understand come to it by a
    relay, those that send over UDP only by UDP.

    One with a credential comes by the relay, which never takes that to another host; MediaMTX would
    follow a redirect anywhere and log in there. It gets a credential over UDP only, from a camera
    that led nowhere. One without goes the direct way until that fails for a reason of the dialogue,
    then another one, which is remembered where it works at once: one that works later may do so
    because the camera was not ready before. No way is tried twice.
    """

    def __init__(
        self,
        source: CameraAddress,
        path: str,
        clock: Clock,
        proxy: MediaMTX,
        reach: NetworkPolicy | None = None,
        routes: CameraRoutes | None = None,
    ) -> None:
        super().__init__(source, path, clock, reach)
        self._proxy = proxy
        self._routes = routes or CameraRoutes()
        self._relay: RtspRelay | None = None
        self._hang_up_delays: list[float] = []
        self._tried_routes: set[CameraRoute] = set()
        self._reader: RtspReader  # the newest
        self._better: CameraRoute | None = None  # than the one that is taken
        self._redirects_endlessly = False  # MediaMTX followed redirects without an end
        self._is_new_route = False  # whether the route is to be remembered where it works
        self.route = self._choose_first_route()

    @property
    def local_url(self) -> str:
        return self._proxy.local_url(self.path)

    def open(self) -> None:
        self._network_policy.check(self.source)
        if self.route is CameraRoute.DIRECT and self.source.url.startswith("rtsps:"):
            check_tls_handshake(self.source, self._network_policy)
        self._proxy.ensure_ready()
        self._check_hang_up()
        better, self._better = self._better, None
        if self.drops_media() or (self._redirects_endlessly and self.route is CameraRoute.DIRECT):
            self._switch_to(CameraRoute.RELAY)
        elif better is not None:
            self._switch_to(better)
        # MediaMTX tries a source every 5 s only; a path added anew is tried at once, by its reader.
        if self.route.is_relayed and self._relay is None:
            self._proxy.disconnect(self.path)
        else:
            self._proxy.remove(self.path)
        if not self.route.is_relayed:
            self._stop_relay()
            try:
                self._proxy.add(self.path, self.source, over_udp=self.route is CameraRoute.UDP)
                return
            except InputError:
                # Whatever MediaMTX does not like about it: the relay's own address it does.
                self._switch_to(CameraRoute.RELAY)
        unread = self.route is CameraRoute.UNREAD
        if self._relay is not None and self._relay.unread is not unread:
            self._stop_relay()
        if self._relay is None:
            self._relay = RtspRelay(
                self.source, self._network_policy, self._remember_route, unread
            ).start()
        self._relay.clear_error()
        self._proxy.add(self.path, self._relay.source)

    def close(self) -> None:
        self._remember_route()
        self._proxy.remove(self.path)
        self._stop_relay()

    def received_bytes(self) -> int | None:
        return self._proxy.received_bytes(self.path)

    @property
    def stays_connected(self) -> bool:
        return self.received_bytes() is not None

    @property
    def answer_timeout(self) -> float:
        # MediaMTX says nothing of an answer that it cannot read: the relay gets what is left.
        return (
            FIRST_MEDIA_TIMEOUT_S
            if self.route.is_relayed
            else FIRST_MEDIA_TIMEOUT_S - RELAY_RESPONSE_TIMEOUT_S
        )

    @property
    def key_frame_timeout(self) -> float:
        return NO_KEY_FRAME_S if self._may_withhold_frames else KEY_FRAME_TIMEOUT_S

    def explain_error(self, error: CameraError) -> CameraError:
        if self.route is CameraRoute.UDP and error.code in _UDP_ERROR_CODES:
            return self._create_error("camera_udp_only")
        return error

    def create_reader(self) -> RtspReader:
        if self._relay is not None:
            self._reader = _RelayedReader(self.local_url, self._clock, self._relay)
            return self._reader
        self._reader = RtspReader(
            self.local_url,
            self._clock,
            patience=READER_TIMEOUT_S,
            first_track=MediaMTX.FIRST_TRACK,
        )
        return self._reader

    def reason(self, error: StreamError | None, since: int) -> CameraError | None:
        if self._relay is not None and (told := self._relay.reason(since)) is not None:
            return told
        if self.route is CameraRoute.DIRECT and self._proxy.follows_redirect_loop(self.path):
            self._proxy.remove(self.path)
            self._redirects_endlessly = True
            return self._create_error("camera_circle")
        if error is not None and error.reason == "codec":
            return self._create_error("camera_codec", codec=error.detail)
        if error is not None and error.reason == "jpeg" or self.drops_media(since):
            return self._create_error("camera_jpeg")
        told = self._proxy.reason(self.path, since)
        if told is not None and self._relay is not None:
            # MediaMTX speaks of the relay: to it that is the camera.
            told = self._create_error(told.code, **told.facts)
        return None if told is None else self.explain_error(told)

    def reroute(self, error: CameraError) -> bool:
        if self.route is CameraRoute.UDP and self._routes.route(self.source) is CameraRoute.UDP:
            # It went well before: the camera was set up in another way meanwhile.
            self._routes.remember(self.source, CameraRoute.DIRECT)
            self.route = self._choose_first_route()
            return True
        self._tried_routes.add(self.route)
        other = self._choose_next_route(error)
        if other is None or other in self._tried_routes:
            self._is_new_route = False
            if error.code == "camera_udp_only":
                self._routes.remember(self.source, CameraRoute.DIRECT)
            return False
        self._switch_to(other)
        return True

    def _choose_next_route(self, error: CameraError) -> CameraRoute | None:
        """Which may help after `error`."""
        if self._better is not None:
            return self._better
        waited = error.facts.get("seconds")
        if self._may_withhold_frames and isinstance(waited, int) and waited < KEY_FRAME_TIMEOUT_S:
            return CameraRoute.UNREAD
        if error.code == "camera_udp_only" and self.route is CameraRoute.RELAY:
            # Not only a track of audio wants it, which the relay would have left out.
            return CameraRoute.UDP if self._may_go_by_udp else None
        if self.route is not CameraRoute.DIRECT:
            return None
        if error.code == "camera_no_answer" and self._proxy.is_pending(self.path):
            # MediaMTX says nothing of an answer that it cannot read: it waits for the rest of it.
            return CameraRoute.RELAY
        # A name that is not known may be that of a redirect.
        told = error.code in _RELAY_ERROR_CODES
        return CameraRoute.RELAY if told or self._proxy.failed_in_dialogue(self.path) else None

    @property
    def _may_go_by_udp(self) -> bool:
        """Whether MediaMTX may have the camera, which it follows anywhere; TLS is for TCP alone."""
        leads = self._relay is None or self._relay.was_redirected
        kept_here = (
            self._network_policy.own_connections_only or self._has_partial_credential or leads
        )
        return not kept_here and self.source.url.startswith("rtsp:")

    @property
    def _has_partial_credential(self) -> bool:
        """Whether user or password is empty: MediaMTX does not take such a credential."""
        given = self.source.credential
        return given is not None and not (given.user and given.password)

    @property
    def _may_withhold_frames(self) -> bool:
        """Whether MediaMTX looks for key frames in what the camera sends, and another way helps."""
        return (
            self.route in (CameraRoute.DIRECT, CameraRoute.RELAY)
            and CameraRoute.UNREAD not in self._tried_routes
        )

    def _switch_to(self, route: CameraRoute) -> None:
        """Another route from now on, as the one before did not do."""
        self.route, self._is_new_route, self._better = route, True, None

    def drops_media(self, since: int = 0) -> bool:
        # By the relay MediaMTX does not look into M-JPEG.
        return self.route is CameraRoute.DIRECT and self._proxy.drops_jpeg(self.path, since)

    def truncates_frames(self, since: int, phase: Phase) -> bool:
        dropped, now = self._proxy.dropped, self._clock.monotonic_ns()
        found = better_route(dropped, self.path, self.route, phase, since, now)
        self._better = None if found in self._tried_routes else found
        return self._better is not None

    def is_in_doubt(self, since: int) -> bool:
        soon = self._clock.monotonic_ns() < since + int(DOUBT_S * 1e9)
        return soon and self._may_withhold_frames and self._reader.has_sequence_errors

    def _choose_first_route(self) -> CameraRoute:
        known = self._routes.route(self.source)
        if known.is_relayed:
            return known
        # MediaMTX follows a camera wherever it leads, and would take a credential there.
        if self._has_partial_credential or self._network_policy.own_connections_only:
            return CameraRoute.RELAY
        is_guarded = self.source.credential is not None
        return CameraRoute.RELAY if is_guarded and known is CameraRoute.DIRECT else known

    def _check_hang_up(self) -> None:
        """A camera that hangs up at MediaMTX's keep-alive is kept alive by the relay instead."""
        after = self._proxy.hung_up_after(self.path)
        if self.route is not CameraRoute.DIRECT or after is None or after > FIRST_KEEP_ALIVE_S:
            return
        self._hang_up_delays.append(after)
        # MediaMTX sends one 5 s before a session's end, which is a multiple of 5 s.
        if len(self._hang_up_delays) > 1 or after % 5 < KEEP_ALIVE_MARGIN_S:
            log.info("%s hung up after %.1f s: it is relayed from now on", self.source.url, after)
            self._switch_to(CameraRoute.RELAY)

    def _remember_route(self) -> None:
        """Remember a route that works where the direct one did not."""
        relay = self._relay
        if not self._is_new_route:
            return
        if self.route is CameraRoute.UDP and self._proxy.has_delivered(self.path):
            self._routes.remember(self.source, CameraRoute.UDP)
        elif relay is not None and relay.delivered_at is not None:
            lasted = time.monotonic() - relay.delivered_at
            if lasted >= 2 * max(self._hang_up_delays, default=0.0):
                self._routes.remember(self.source, self.route)

    def _stop_relay(self) -> None:
        if self._relay is not None:
            self._relay.close()
            self._relay = None


class _RelayedReader(RtspReader):
    """Knows of the audio that the relay left out as well."""

    def __init__(self, url: str, clock: Clock, relay: RtspRelay) -> None:
        self._relay = relay
        first = MediaMTX.FIRST_TRACK
        super().__init__(url, clock, patience=READER_TIMEOUT_S, first_track=first)

    @property
    def unsupported_audio(self) -> str:
        return self._unsupported_audio or self._relay.unsupported_audio

    @unsupported_audio.setter
    def unsupported_audio(self, codec: str) -> None:
        self._unsupported_audio = codec


class MjpegUpstream(Upstream):
    """HTTP MJPEG cameras: our relay speaks to them, and go2rtc to the relay alone.

    go2rtc would follow a camera's redirects to any host, takes no multipart that is not by the
    book, and calls a camera hundreds of times a second whose stream ends.
    """

    def __init__(
        self,
        source: CameraAddress,
        path: str,
        clock: Clock,
        proxy: Go2rtc,
        reach: NetworkPolicy | None = None,
    ) -> None:
        super().__init__(source, path, clock, reach)
        self._proxy = proxy
        self._relay: MjpegRelay | None = None
        self._received_before_open = 0
        self._inspected_at = -INSPECTION_VALIDITY_S  # when it was, monotonic

    @property
    def local_url(self) -> str:
        return self._proxy.local_url(self.path)

    def open(self) -> None:
        self._network_policy.check(self.source)
        if not self._is_known_to_deliver:
            inspect_stream(self.source, reach=self._network_policy)
            self._inspected_at = time.monotonic()
        self._proxy.ensure_ready()
        if self._relay is None:
            self._relay = MjpegRelay(self.source, self._network_policy).start()
        self._received_before_open = self._relay.received_bytes
        self._proxy.add(self.path, self._relay.source)

    def close(self) -> None:
        self._proxy.remove(self.path)
        if self._relay is not None:
            self._relay.close()
            self._relay = None

    def received_bytes(self) -> int | None:
        return (
            None if self._relay is None else self._relay.received_bytes - self._received_before_open
        )

    def create_reader(self) -> MjpegReader:
        relay = self._relay
        return MjpegReader(
            *self._proxy.stream_endpoint(self.path),
            self._clock,
            patience=READER_TIMEOUT_S,
            count_broken=lambda: 0 if relay is None else relay.dropped,
        )

    def reason(self, error: StreamError | None, since: int) -> CameraError | None:
        if self._relay is not None and (told := self._relay.reason(since)) is not None:
            # What was seen to deliver is a camera, though it hangs up now.
            hung_up = told.code == "camera_not_a_camera"
            return self._create_error("camera_hung_up") if hung_up else told
        if error is not None and error.reason == "message":
            return self._proxy.reason(self.source, error.detail)
        return None

    def may_be_busy(self, error: CameraError) -> bool:
        return (
            error.code in _VIEWER_LIMIT_ERROR_CODES
            and time.monotonic() - self._inspected_at < CAMERA_RELEASE_S
        )

    @property
    def _is_known_to_deliver(self) -> bool:
        # A camera that delivered since may have changed: it is looked at anew.
        has_delivered = self._relay is not None and self._relay.has_delivered
        return time.monotonic() - self._inspected_at < INSPECTION_VALIDITY_S and not has_delivered
