"""The base of both upstreams: a proxy, the network policy, and results that fit most cameras."""

from __future__ import annotations

import socket
from typing import Generic, TypeVar

from camrec.camera_address import CameraAddress
from camrec.clock import Clock
from camrec.errors import AccessError, CameraError
from camrec.network_policy import NetworkPolicy
from camrec.proxies import Proxy
from camrec.session.better_route import Phase
from camrec.session.opening_wait import FIRST_MEDIA_TIMEOUT_S, KEY_FRAME_TIMEOUT_S
from camrec.session.upstream import Upstream

ProxyT = TypeVar("ProxyT", bound=Proxy)

# Seconds without media after which a reader ends by itself. The session gives up a connection
# earlier, because it knows the usual interval between two frames.
READER_TIMEOUT_S = 3600.0
# Long enough for a second request to connect, which the system sends after 1 s; a session that
# closes waits for it.
SHORT_CONNECTION_TIMEOUT_S = 2.0


class ProxyUpstream(Upstream, Generic[ProxyT]):
    """An upstream whose proxy serves the camera as `path`; `Upstream` says what each call does.

    Parameters
    ----------
    source
        The camera.
    path
        The name of its stream at the proxy.
    network_policy
        In which networks the camera may be.
    """

    def __init__(
        self,
        source: CameraAddress,
        path: str,
        clock: Clock,
        proxy: ProxyT,
        network_policy: NetworkPolicy | None = None,
    ) -> None:
        self.source = source
        self.path = path
        self._clock = clock
        self._proxy = proxy
        self._network_policy = network_policy or NetworkPolicy()

    @property
    def local_url(self) -> str:
        return self._proxy.local_url(self.path)

    @property
    def answer_timeout(self) -> float:
        return FIRST_MEDIA_TIMEOUT_S

    @property
    def key_frame_timeout(self) -> float:
        return KEY_FRAME_TIMEOUT_S

    def prepare(self) -> None:
        self._network_policy.check(self.source)
        self._proxy.ensure_ready()

    def accepts_connections(self) -> bool:
        where = (self.source.host, self.source.port)
        try:
            self._network_policy.connect(where, SHORT_CONNECTION_TIMEOUT_S).close()
        except (ConnectionError, socket.gaierror, UnicodeError, AccessError):
            return True  # a full attempt finds out more about it
        except OSError:
            return False
        return True

    def stays_connected(self) -> bool:
        return False

    def explain_error(self, error: CameraError) -> CameraError:
        return error

    def drops_media(self, since: int) -> bool:
        return False

    def finds_better_route(self, since: int, phase: Phase) -> bool:
        return False

    def may_report_drops(self, since: int) -> bool:
        return False

    def reroute(self, error: CameraError) -> bool:
        return False

    def may_be_busy(self, error: CameraError) -> bool:
        return False

    def _create_error(self, code: str, **facts: object) -> CameraError:
        return CameraError(code, **{**facts, "host": self.source.host, "port": self.source.port})
