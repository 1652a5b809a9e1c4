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

from camrec.camera_address import Source
from camrec.errors import CameraError
from camrec.process.tcp_bytes import received_by
from camrec.proxies.dropped_packets import DroppedPackets, Fault
from camrec.proxies.http_api import USER
from camrec.proxies.log_errors import error_of, is_about_dialogue
from camrec.proxies.proxy import Proxy, directly

log = logging.getLogger(__name__)

# Seconds without a byte from a camera, answers to keep-alives included (it asks at least once in
# 55 s), after which MediaMTX leaves it. Whether a camera is frozen the session knows sooner and
# better: it knows how far apart this camera's frames usually are.
READ_TIMEOUT_S = 100
# Longer than a session waits for a camera, and than it goes without a reader.
ON_DEMAND_S = 100
# Answers to PLAY and to keep-alives, and sender reports: they are no media.
MAX_ANSWERS_BYTES = 600
BETWEEN_COUNTS_S = 0.04
LEAVE_S, BETWEEN_LOOKS_S = 0.5, 0.01
# Counts in which a connection was gone, after which redirects lead nowhere.
MOST_CALLS = 2

_PATH_LINE = re.compile(
    r"\[path (?P<path>\S+)\] (?P<source>\[RTSP source\] )?(?P<text>.*)", re.DOTALL
)
AT_ONCE_S = 1.0

_BEFORE_PLAY = ("bad status code", "unsupported packetization mode", "MaxDONDiff")
_HUNG_UP = re.compile(r"\bEOF$|connection reset|connection lost|broken pipe|forcibly closed")


@dataclass(frozen=True)
class _Reason:
    """Why a path does not deliver, noted `at` a monotonic time (ns).

    dialogue : whether the camera was reached, and the dialogue with it failed.
    hung_up_after : seconds of delivery after which the camera hung up, where that is it.
    """

    at: int
    error: CameraError
    dialogue: bool
    hung_up_after: float | None


@dataclass
class _Calls:
    """Connections to cameras, by their ports here, while a camera has answered nothing yet."""

    at: float = 0.0
    open: set[int] = field(default_factory=set)
    ended: int = 0


class MediaMTX(Proxy):
    name = "mediamtx"
    setting = "mediamtx_port"
    file = ("mediamtx", ".yml")
    FIRST_TRACK = "trackID=0"
    """The control address of the first track of what it serves."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._started: set[str] = set()
        self._answered: dict[str, int] = {}  # bytes of the dialogue, up to where media may come
        self._delivered: dict[str, float] = {}  # since when, monotonic
        self._reasons: dict[str, _Reason] = {}
        self._over_udp: set[str] = set()
        self._calls: dict[str, _Calls] = {}
        self.dropped = DroppedPackets()

    def drops_jpeg(self, path: str, since_ns: int = 0) -> bool:
        """Whether it dropped M-JPEG that it cannot decode, since a monotonic time."""
        faults = (Fault.JPEG_KIND, Fault.JPEG_BROKEN)
        return any(self.dropped.count(path, fault, since_ns) for fault in faults)

    def reason(self, path: str, since_ns: int) -> CameraError | None:
        """The newest reason in its log, since a monotonic time, why `path` does not deliver."""
        reason = self._reasons.get(path)
        return reason.error if reason is not None and reason.at >= since_ns else None

    def failed_in_dialogue(self, path: str) -> bool:
        """Whether what the camera of `path` answered was the last reason."""
        reason = self._reasons.get(path)
        return reason is not None and reason.dialogue

    def waits(self, path: str) -> bool:
        """Whether nothing is known of `path`: no success, and no failure."""
        return path not in self._delivered and path not in self._reasons

    def calls_in_a_circle(self, path: str) -> bool:
        """Whether it calls without an end and without a word: it follows each redirect.

        It counts none of them, and logs none. To be asked again and again, while it `waits`.
        """
        now = time.monotonic()
        calls = self._calls.setdefault(path, _Calls())
        if self.pid is None or now < calls.at + BETWEEN_COUNTS_S or not self.waits(path):
            return False
        own = (self.port, self._api.port)
        seen = {each.laddr.port for each in self._connections() if each.laddr.port not in own}
        calls.ended += bool(calls.open - seen)
        calls.at, calls.open = now, seen
        return calls.ended >= MOST_CALLS

    def delivered(self, path: str) -> bool:
        """Whether the camera of `path` was played since it was added."""
        return path in self._delivered

    def hung_up_after(self, path: str) -> float | None:
        """Seconds of delivery after which the camera of `path` hung up, where it did."""
        reason = self._reasons.get(path)
        return None if reason is None else reason.hung_up_after

    def add(self, path: str, source: Source, *, over_udp: bool = False) -> None:
        (self._over_udp.add if over_udp else self._over_udp.discard)(path)
        super().add(path, source)

    def received(self, path: str) -> int | None:
        """Bytes of media that came on `path`; None while the camera is not connected."""
        try:
            status, text = self._api.call("GET", f"/v3/paths/get/{path}")
        except ConnectionError:
            return None
        answer = json.loads(text) if status == 200 else {}
        if not answer.get("ready"):
            return None
        return answer["inboundBytes"] or self._received_unread(path)

    def _received_unread(self, path: str) -> int:
        """Bytes that came without being counted: MediaMTX passes over all before a key frame."""
        source, pid = self._wanted.get(path), self.pid
        if source is None or pid is None:
            return 0
        received = received_by(pid, source.host, source.port)
        if received is None:
            # Not known here: it is waited for as one that sends.
            return round(time.monotonic())
        before = self._answered.setdefault(path, received)
        return max(0, received - before - MAX_ANSWERS_BYTES)

    def remove(self, path: str) -> None:
        super().remove(path)
        # In this order: what its log still says of the path as it was is not heard any more.
        self._started.discard(path)
        self._answered.pop(path, None)
        self._calls.pop(path, None)
        self._reasons.pop(path, None)
        self._delivered.pop(path, None)
        self.dropped.forget(path)

    def leave(self, path: str) -> None:
        """Remove it, and wait until it has hung up on the camera: another way calls that next."""
        source = self._wanted.get(path)
        before = 0 if source is None else self._calls_to(source)
        self.remove(path)
        deadline = time.monotonic() + LEAVE_S
        while before and self._calls_to(source) >= before and time.monotonic() < deadline:
            time.sleep(BETWEEN_LOOKS_S)

    def _calls_to(self, source: Source) -> int:
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

    def _settings(self, api_port: int, password: str) -> dict[str, Any]:
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
                {"user": USER, "pass": password, "ips": local, "permissions": [{"action": "api"}]},
            ],
            "paths": {},
        }

    def _argv(self, config: Path) -> list[str]:
        return [str(config)]

    def _env(self) -> dict[str, str]:
        # MTX_... in the environment would win over the file.
        env = {key: value for key, value in directly().items() if not key.startswith("MTX_")}
        # Packets are handed from one to the next: between processors that costs a fifth more.
        return {"GOMAXPROCS": "1", "GOGC": "200", **env}

    def _ask_version(self, config: Path) -> str | None:
        status, text = self._api.call("GET", "/v3/info")
        return json.loads(text)["version"].removeprefix("v") if status == 200 else None

    def _push(self, path: str, source: Source) -> None:
        settings = {
            "source": source.address(),
            "rtspTransport": "udp" if path in self._over_udp else "tcp",
            # A reader's DESCRIBE is held until the camera is there, so that it does not miss the
            # first key frame, as one that polls would: the next may be a minute away.
            "sourceOnDemand": True,
            "sourceOnDemandStartTimeout": f"{ON_DEMAND_S}s",
            "sourceOnDemandCloseAfter": f"{ON_DEMAND_S}s",
        }
        status, text = self._api.call("POST", f"/v3/config/paths/replace/{path}", body=settings)
        if status != 200:
            raise self._refused(source, text)

    def _drop(self, path: str) -> None:
        self._api.call("DELETE", f"/v3/config/paths/delete/{path}")

    def _hear(self, line: str) -> None:
        try:
            entry = json.loads(line)
            level, message = entry["level"], entry["message"]
        except (ValueError, KeyError, TypeError):
            # A configuration that it does not take is told before it has a log.
            level, message = "ERR", line
        if message.startswith("[API]"):
            # It repeats what was asked, with its credential; the answer says the same.
            return
        found = _PATH_LINE.match(message)
        if found and level != "INF":
            self.dropped.hear(found["path"], found["text"])
        if found and found["source"]:
            self._hear_source(found["path"], level, found["text"])
        elif found and found["text"].startswith("stream is available"):
            self._delivered[found["path"]] = time.monotonic()
        # What it says of a camera at each of its tries is told once, by whoever opened it.
        loud = level != "INF" and not (found and found["source"])
        log.log(logging.WARNING if loud else logging.DEBUG, "mediamtx: %s", self._hidden(message))

    def _hear_source(self, path: str, level: str, text: str) -> None:
        if text.startswith("started"):
            self._started.add(path)
        elif level == "ERR":
            self._note(path, text)
        elif text == "stopped: an error occurred":
            # What ended a camera that had begun to deliver is not logged where it is on demand.
            self._note(path, "connection lost")

    def _note(self, path: str, text: str) -> None:
        source = self._wanted.get(path)
        if source is None or path not in self._started:
            return
        delivered, hung_up_after = self._delivered.get(path), None
        if delivered is not None and _HUNG_UP.search(text):
            # A peer that hangs up on the first word is no camera; one that did deliver is away.
            text, hung_up_after = "connection lost", time.monotonic() - delivered
        error = error_of(source, text)
        # A stream is available before it is played: PLAY may be refused, or hung up on; and what
        # the description tells of it may be more than MediaMTX takes.
        at_once = hung_up_after is not None and hung_up_after < AT_ONCE_S
        begun = delivered is not None and not at_once and not text.startswith(_BEFORE_PLAY)
        dialogue = not begun and (at_once or is_about_dialogue(source, error, text))
        self._reasons[path] = _Reason(time.monotonic_ns(), error, dialogue, hung_up_after)
