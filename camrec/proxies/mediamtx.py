"""Runs MediaMTX, the proxy for RTSP cameras."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from camrec.camera_address import CameraAddress
from camrec.clock import monotonic_s
from camrec.errors import CameraError
from camrec.process import count_received_bytes
from camrec.proxies.dropped_packets import PacketFault
from camrec.proxies.http_api import API_USER
from camrec.proxies.path_log import PathLog
from camrec.proxies.proxy import Proxy, environment_without_proxies

log = logging.getLogger(__name__)

# Seconds without a byte from a camera after which MediaMTX disconnects. Replies to keep-alives
# count too (MediaMTX sends one at least every 55 s). The session notices a frozen camera sooner:
# it knows the usual interval between this camera's frames.
READ_TIMEOUT_S = 100
# Seconds. Longer than a session waits for a camera, and than a camera is without a reader.
ON_DEMAND_TIMEOUT_S = 100
# Replies to PLAY and to keep-alives, and sender reports: they are not media.
MAX_RESPONSES_BYTES = 600
COUNT_INTERVAL_S = 0.04
HANG_UP_TIMEOUT_S, HANG_UP_POLL_INTERVAL_S = 0.5, 0.01
# If so many checks find a connection gone, MediaMTX follows redirects in a circle.
MAX_ENDED_CONNECTIONS = 2


@dataclass
class _UnansweredConnections:
    """The connections to cameras while one camera has not responded.

    checked_at : when they were last listed, in seconds on the monotonic clock.
    open : their local ports.
    ended : how many checks found that one of them was gone.
    """

    checked_at: float = 0.0
    open: set[int] = field(default_factory=set)
    ended: int = 0


class MediaMTX(Proxy):
    """Connects to RTSP cameras. It connects to a camera when a reader opens its path.

    The parameters are those of `Proxy`.

    Attributes
    ----------
    FIRST_TRACK : the control address of the first track of each path.
    dropped : the packets that MediaMTX reports as dropped.
    """

    name = "mediamtx"
    port_setting = "mediamtx_port"
    config_file_name = ("mediamtx", ".yml")
    FIRST_TRACK = "trackID=0"

    def __init__(self, find_program: Callable[[], Path], folder: Path, port: int) -> None:
        super().__init__(find_program, folder, port)
        # Bytes of each RTSP dialogue, up to the point at which media may arrive.
        self._dialogue_bytes: dict[str, int] = {}
        self._udp_paths: set[str] = set()
        self._unanswered_connections: dict[str, _UnansweredConnections] = {}
        self._path_log = PathLog(self._sources)
        self.dropped = self._path_log.dropped

    def drops_jpeg(self, path: str, since_ns: int = 0) -> bool:
        """Whether it dropped M-JPEG that it cannot decode, since a monotonic time."""
        faults = (PacketFault.JPEG_KIND, PacketFault.JPEG_BROKEN)
        return any(self.dropped.count(path, fault, since_ns) for fault in faults)

    def reason(self, path: str, since_ns: int) -> CameraError | None:
        """The newest reason in the log since a monotonic time why `path` does not deliver."""
        return self._path_log.failure(path, since_ns)

    def failed_in_dialogue(self, path: str) -> bool:
        """Whether the newest reason in the log is that the RTSP dialogue with the camera failed."""
        return self._path_log.failed_in_dialogue(path)

    def is_pending(self, path: str) -> bool:
        """Whether the log reports neither success nor failure of `path`."""
        return self._path_log.is_pending(path)

    def follows_redirect_loop(self, path: str) -> bool:
        """Whether MediaMTX connects again and again, because redirects lead in a circle.

        MediaMTX follows each redirect, and neither counts nor logs them. So this method compares
        the open connections with those of the last call. Call it repeatedly while `is_pending`.
        """
        now = monotonic_s()
        known = self._unanswered_connections.setdefault(path, _UnansweredConnections())
        is_early = now < known.checked_at + COUNT_INTERVAL_S
        if self.pid is None or is_early or not self.is_pending(path):
            return False
        own = (self.port, self._api.port)
        open_ports = {local for local, _ in self._connection_ports() if local not in own}
        known.ended += bool(known.open - open_ports)
        known.checked_at, known.open = now, open_ports
        return known.ended >= MAX_ENDED_CONNECTIONS

    def has_delivered(self, path: str) -> bool:
        """Whether the camera of `path` has delivered since the path was added."""
        return self._path_log.has_delivered(path)

    def hung_up_after(self, path: str) -> float | None:
        """Seconds of delivery after which the camera of `path` hung up; None if it did not."""
        return self._path_log.hung_up_after(path)

    def add(self, path: str, source: CameraAddress, *, over_udp: bool = False) -> None:
        """Serve `source` as `path`, as `Proxy.add` does.

        over_udp : whether MediaMTX receives the camera's packets over UDP instead of TCP.
        """
        (self._udp_paths.add if over_udp else self._udp_paths.discard)(path)
        super().add(path, source)

    def received_bytes(self, path: str) -> int | None:
        """Bytes of media received on `path`; None while the camera is not connected."""
        try:
            status, text = self._api.call("GET", f"/v3/paths/get/{path}")
        except ConnectionError:
            return None
        answer = json.loads(text) if status == 200 else {}
        if not answer.get("ready"):
            return None
        return answer["inboundBytes"] or self._uncounted_bytes(path)

    def _uncounted_bytes(self, path: str) -> int:
        """Bytes received that MediaMTX does not count: everything before a key frame."""
        source, pid = self._sources.get(path), self.pid
        if source is None or pid is None:
            return 0
        received = count_received_bytes(pid, source.host, source.port)
        if received is None:
            # The system does not report it. Growing numbers keep the session waiting.
            return round(monotonic_s())
        before = self._dialogue_bytes.setdefault(path, received)
        return max(0, received - before - MAX_RESPONSES_BYTES)

    def remove(self, path: str) -> None:
        """Stop serving `path` and forget what the log said about it."""
        super().remove(path)
        self._path_log.clear(path)
        self._dialogue_bytes.pop(path, None)
        self._unanswered_connections.pop(path, None)

    def disconnect(self, path: str) -> None:
        """Remove `path` and wait until MediaMTX has hung up, before another route connects."""
        source = self._sources.get(path)
        before = 0 if source is None else self._count_connections(source)
        self.remove(path)
        if source is None or not before:
            return
        deadline = monotonic_s() + HANG_UP_TIMEOUT_S
        while self._count_connections(source) >= before and monotonic_s() < deadline:
            time.sleep(HANG_UP_POLL_INTERVAL_S)

    def _count_connections(self, source: CameraAddress) -> int:
        """Count the connections to a camera's port at any address; only for comparison."""
        return sum(remote == source.port for _, remote in self._connection_ports())

    def _connection_ports(self) -> list[tuple[int, int]]:
        """Return (local port, remote port) of MediaMTX's own connected TCP sockets."""
        pid = self.pid
        try:
            found = psutil.Process(pid).net_connections("tcp") if pid is not None else []
        except (psutil.Error, OSError):
            return []
        # psutil reports an empty tuple for a socket without a peer, though its stubs know none.
        return [(each.laddr.port, each.raddr.port) for each in found if tuple(each.raddr)]

    def _build_config(self, api_port: int, password: str) -> dict[str, object]:
        local = ["127.0.0.1"]
        return {
            "logLevel": "info",
            "logDestinations": ["stdout"],
            "logStructured": True,
            "readTimeout": f"{READ_TIMEOUT_S}s",
            "writeTimeout": "10s",
            # With the default of 512, a burst after a stall costs readers frames.
            "writeQueueSize": 4096,
            "api": True,
            "apiAddress": f"127.0.0.1:{api_port}",
            "apiAllowOrigins": [],
            "rtsp": True,
            "rtspTransports": ["tcp"],
            "rtspAddress": f"127.0.0.1:{self.port}",
            **dict.fromkeys(
                ("rtmp", "hls", "webrtc", "srt", "moq", "metrics", "pprof", "playback"), False
            ),
            "authMethod": "internal",
            "authInternalUsers": [
                {"user": "any", "ips": local, "permissions": [{"action": "read"}]},
                {
                    "user": API_USER,
                    "pass": password,
                    "ips": local,
                    "permissions": [{"action": "api"}],
                },
            ],
            "paths": {},
        }

    def _argv(self, config: Path) -> list[str]:
        return [str(config)]

    def _env(self) -> dict[str, str]:
        # MTX_... in the environment would override the file.
        env = {
            key: value
            for key, value in environment_without_proxies().items()
            if not key.startswith("MTX_")
        }
        # Goroutines pass packets to each other. On several processors that costs a fifth more CPU.
        return {"GOMAXPROCS": "1", "GOGC": "200", **env}

    def _query_version(self, config: Path) -> str | None:
        status, text = self._api.call("GET", "/v3/info")
        return json.loads(text)["version"].removeprefix("v") if status == 200 else None

    def _add_path(self, path: str, source: CameraAddress) -> None:
        settings = {
            "source": source.address(),
            "rtspTransport": "udp" if path in self._udp_paths else "tcp",
            # MediaMTX delays its response to a reader's DESCRIBE until the camera delivers. So the
            # reader does not miss the first key frame; the next one may be a minute away.
            "sourceOnDemand": True,
            "sourceOnDemandStartTimeout": f"{ON_DEMAND_TIMEOUT_S}s",
            "sourceOnDemandCloseAfter": f"{ON_DEMAND_TIMEOUT_S}s",
        }
        status, text = self._api.call("POST", f"/v3/config/paths/replace/{path}", body=settings)
        if status != 200:
            raise self._refused_error(source, text)

    def _remove_path(self, path: str) -> None:
        self._api.call("DELETE", f"/v3/config/paths/delete/{path}")

    def _handle_log_line(self, line: str) -> None:
        try:
            entry = json.loads(line)
            level, message = entry["level"], entry["message"]
        except (ValueError, KeyError, TypeError):
            # MediaMTX rejects a configuration before it has a log.
            level, message = "ERR", line
        if message.startswith("[API]"):
            # The line repeats a request with its credential. The response says the same.
            return
        is_about_camera = self._path_log.record_line(level, message)
        # MediaMTX repeats an error of a camera at each attempt; the session reports it once.
        is_loud = level != "INF" and not is_about_camera
        log.log(
            logging.WARNING if is_loud else logging.DEBUG, "mediamtx: %s", self._redact(message)
        )
