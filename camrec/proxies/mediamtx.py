"""MediaMTX: takes RTSP cameras."""

from __future__ import annotations

import json
import logging
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from camrec.camera_address import CameraAddress
from camrec.errors import CameraError
from camrec.process import count_received_bytes
from camrec.proxies.dropped_packets import DroppedPackets, Fault
from camrec.proxies.http_api import API_USER
from camrec.proxies.log_errors import error_from_log, is_dialogue_error
from camrec.proxies.proxy import Proxy, environment_without_proxies

log = logging.getLogger(__name__)

# Seconds without a byte from a camera, answers to keep-alives included (it asks at least once in
# 55 s), after which MediaMTX leaves it. Whether a camera is frozen the session knows sooner and
# better: it knows how far apart this camera's frames usually are.
READ_TIMEOUT_S = 100
# Longer than a session waits for a camera, and than it goes without a reader.
ON_DEMAND_TIMEOUT_S = 100
# Answers to PLAY and to keep-alives, and sender reports: they are no media.
MAX_RESPONSES_BYTES = 600
COUNT_INTERVAL_S = 0.04
LEAVE_S, BETWEEN_LOOKS_S = 0.5, 0.01
# Counts in which a connection was gone, after which redirects lead nowhere.
MAX_ENDED_CONNECTIONS = 2

_PATH_LOG_PATTERN = re.compile(
    r"\[path (?P<path>\S+)\] (?P<source>\[RTSP source\] )?(?P<text>.*)", re.DOTALL
)
IMMEDIATE_HANG_UP_S = 1.0

_BEFORE_PLAY = ("bad status code", "unsupported packetization mode", "MaxDONDiff")
_HANG_UP_PATTERN = re.compile(
    r"\bEOF$|connection reset|connection lost|broken pipe|forcibly closed"
)


@dataclass(frozen=True)
class _PathFailure:
    """Why a path does not deliver, noted `at` a monotonic time (ns).

    dialogue : whether the camera was reached, and the dialogue with it failed.
    hung_up_after : seconds of delivery after which the camera hung up, where that is it.
    """

    at: int
    error: CameraError
    dialogue: bool
    hung_up_after: float | None


@dataclass
class _UnansweredConnections:
    """Connections to cameras, by their ports here, while a camera has answered nothing yet."""

    at: float = 0.0
    open: set[int] = field(default_factory=set)
    ended: int = 0


class MediaMTX(Proxy):
    name = "mediamtx"
    port_setting = "mediamtx_port"
    file = ("mediamtx", ".yml")
    FIRST_TRACK = "trackID=0"
    """The control address of the first track of what it serves."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._started_paths: set[str] = set()
        self._dialogue_bytes: dict[
            str, int
        ] = {}  # bytes of the dialogue, up to where media may come
        self._delivering_since: dict[str, float] = {}  # since when, monotonic
        self._failures: dict[str, _PathFailure] = {}
        self._udp_paths: set[str] = set()
        self._unanswered_connections: dict[str, _UnansweredConnections] = {}
        self.dropped = DroppedPackets()

    def drops_jpeg(self, path: str, since_ns: int = 0) -> bool:
        """Whether it dropped M-JPEG that it cannot decode, since a monotonic time."""
        faults = (Fault.JPEG_KIND, Fault.JPEG_BROKEN)
        return any(self.dropped.count(path, fault, since_ns) for fault in faults)

    def reason(self, path: str, since_ns: int) -> CameraError | None:
        """The newest reason in its log, since a monotonic time, why `path` does not deliver."""
        reason = self._failures.get(path)
        return reason.error if reason is not None and reason.at >= since_ns else None

    def failed_in_dialogue(self, path: str) -> bool:
        """Whether what the camera of `path` answered was the last reason."""
        reason = self._failures.get(path)
        return reason is not None and reason.dialogue

    def is_pending(self, path: str) -> bool:
        """Whether nothing is known of `path`: no success, and no failure."""
        return path not in self._delivering_since and path not in self._failures

    def follows_redirect_loop(self, path: str) -> bool:
        """Whether it calls without an end and without a word: it follows each redirect.

        It counts none of them, and logs none. To be asked again and again, while it `is_pending`.
        """
        now = time.monotonic()
        calls = self._unanswered_connections.setdefault(path, _UnansweredConnections())
        if self.pid is None or now < calls.at + COUNT_INTERVAL_S or not self.is_pending(path):
            return False
        own = (self.port, self._api.port)
        seen = {each.laddr.port for each in self._connections() if each.laddr.port not in own}
        calls.ended += bool(calls.open - seen)
        calls.at, calls.open = now, seen
        return calls.ended >= MAX_ENDED_CONNECTIONS

    def has_delivered(self, path: str) -> bool:
        """Whether the camera of `path` was played since it was added."""
        return path in self._delivering_since

    def hung_up_after(self, path: str) -> float | None:
        """Seconds of delivery after which the camera of `path` hung up, where it did."""
        reason = self._failures.get(path)
        return None if reason is None else reason.hung_up_after

    def add(self, path: str, source: CameraAddress, *, over_udp: bool = False) -> None:
        (self._udp_paths.add if over_udp else self._udp_paths.discard)(path)
        super().add(path, source)

    def received_bytes(self, path: str) -> int | None:
        """Bytes of media that came on `path`; None while the camera is not connected."""
        try:
            status, text = self._api.call("GET", f"/v3/paths/get/{path}")
        except ConnectionError:
            return None
        answer = json.loads(text) if status == 200 else {}
        if not answer.get("ready"):
            return None
        return answer["inboundBytes"] or self._uncounted_bytes(path)

    def _uncounted_bytes(self, path: str) -> int:
        """Bytes that came without being counted: MediaMTX passes over all before a key frame."""
        source, pid = self._sources.get(path), self.pid
        if source is None or pid is None:
            return 0
        received = count_received_bytes(pid, source.host, source.port)
        if received is None:
            # Not known here: it is waited for as one that sends.
            return round(time.monotonic())
        before = self._dialogue_bytes.setdefault(path, received)
        return max(0, received - before - MAX_RESPONSES_BYTES)

    def remove(self, path: str) -> None:
        super().remove(path)
        # In this order: what its log still says of the path as it was is not heard any more.
        self._started_paths.discard(path)
        self._dialogue_bytes.pop(path, None)
        self._unanswered_connections.pop(path, None)
        self._failures.pop(path, None)
        self._delivering_since.pop(path, None)
        self.dropped.forget(path)

    def leave(self, path: str) -> None:
        """Remove it, and wait until it has hung up on the camera: another way calls that next."""
        source = self._sources.get(path)
        before = 0 if source is None else self._calls_to(source)
        self.remove(path)
        deadline = time.monotonic() + LEAVE_S
        while before and self._calls_to(source) >= before and time.monotonic() < deadline:
            time.sleep(BETWEEN_LOOKS_S)

    def _calls_to(self, source: CameraAddress) -> int:
        """Connections to a camera's port, whatever its addresses: for comparison."""
        return sum(each.raddr.port == source.port for each in self._connections())

    def _connections(self) -> list[Any]:
        """Its own TCP connections that have another end."""
        pid = self.pid
        try:
            found = psutil.Process(pid).net_connections("tcp") if pid is not None else []
        except (psutil.Error, OSError):
            return []
        return [each for each in found if each.raddr]

    def _build_config(self, api_port: int, password: str) -> dict[str, Any]:
        local = ["127.0.0.1"]
        return {
            "logLevel": "info",
            "logDestinations": ["stdout"],
            "logStructured": True,
            "readTimeout": f"{READ_TIMEOUT_S}s",
            "writeTimeout": "10s",
            # At the default of 512 a burst after a stall costs readers frames.
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
        # MTX_... in the environment would win over the file.
        env = {
            key: value
            for key, value in environment_without_proxies().items()
            if not key.startswith("MTX_")
        }
        # Packets are handed from one to the next: between processors that costs a fifth more.
        return {"GOMAXPROCS": "1", "GOGC": "200", **env}

    def _query_version(self, config: Path) -> str | None:
        status, text = self._api.call("GET", "/v3/info")
        return json.loads(text)["version"].removeprefix("v") if status == 200 else None

    def _add_path(self, path: str, source: CameraAddress) -> None:
        settings = {
            "source": source.address(),
            "rtspTransport": "udp" if path in self._udp_paths else "tcp",
            # A reader's DESCRIBE is held until the camera is there, so that it does not miss the
            # first key frame, as one that polls would: the next may be a minute away.
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
            # A configuration that it does not take is told before it has a log.
            level, message = "ERR", line
        if message.startswith("[API]"):
            # It repeats what was asked, with its credential; the answer says the same.
            return
        found = _PATH_LOG_PATTERN.match(message)
        if found and level != "INF":
            self.dropped.hear(found["path"], found["text"])
        if found and found["source"]:
            self._handle_source_line(found["path"], level, found["text"])
        elif found and found["text"].startswith("stream is available"):
            self._delivering_since[found["path"]] = time.monotonic()
        # What it says of a camera at each of its tries is told once, by whoever opened it.
        loud = level != "INF" and not (found and found["source"])
        log.log(logging.WARNING if loud else logging.DEBUG, "mediamtx: %s", self._redact(message))

    def _handle_source_line(self, path: str, level: str, text: str) -> None:
        if text.startswith("started"):
            self._started_paths.add(path)
        elif level == "ERR":
            self._record_failure(path, text)
        elif text == "stopped: an error occurred":
            # What ended a camera that had begun to deliver is not logged where it is on demand.
            self._record_failure(path, "connection lost")

    def _record_failure(self, path: str, text: str) -> None:
        source = self._sources.get(path)
        if source is None or path not in self._started_paths:
            return
        delivered, hung_up_after = self._delivering_since.get(path), None
        if delivered is not None and _HANG_UP_PATTERN.search(text):
            # A peer that hangs up on the first word is no camera; one that did deliver is away.
            text, hung_up_after = "connection lost", time.monotonic() - delivered
        error = error_from_log(source, text)
        # A stream is available before it is played: PLAY may be refused, or hung up on; and what
        # the description tells of it may be more than MediaMTX takes.
        at_once = hung_up_after is not None and hung_up_after < IMMEDIATE_HANG_UP_S
        begun = delivered is not None and not at_once and not text.startswith(_BEFORE_PLAY)
        dialogue = not begun and (at_once or is_dialogue_error(source, error, text))
        self._failures[path] = _PathFailure(time.monotonic_ns(), error, dialogue, hung_up_after)
