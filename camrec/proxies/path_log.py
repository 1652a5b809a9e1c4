"""Reads what MediaMTX's log says about each path: whether the camera delivers, and why not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from camrec.camera_address import CameraAddress
from camrec.clock import monotonic_ns, monotonic_s
from camrec.errors import CameraError
from camrec.proxies.dropped_packets import DroppedPackets
from camrec.proxies.log_errors import error_from_log, is_dialogue_error
from camrec.proxies.system_messages import SystemMessages

IMMEDIATE_HANG_UP_S = 1.0

_PATH_LINE_PATTERN = re.compile(
    r"\[path (?P<path>\S+)\] (?P<source>\[RTSP source\] )?(?P<text>.*)", re.DOTALL
)
_BEFORE_PLAY = ("bad status code", "unsupported packetization mode", "MaxDONDiff")
_HANG_UP_PATTERN = re.compile(
    r"\bEOF$|connection reset|connection lost|broken pipe|forcibly closed|wsa(recv|send):"
)


@dataclass(frozen=True)
class _PathFailure:
    """Why a path does not deliver.

    at_ns : when the log said so, on the monotonic clock.
    is_dialogue : whether MediaMTX reached the camera, and their RTSP dialogue failed.
    hung_up_after : seconds of delivery after which the camera hung up; None if it did not.
    """

    at_ns: int
    error: CameraError
    is_dialogue: bool
    hung_up_after: float | None


class PathLog:
    """The state of each path, as far as MediaMTX's log reports it.

    Parameters
    ----------
    sources
        The cameras by their paths, as the proxy keeps them.
    system_messages
        The system's texts for errors; by default those of this computer.

    Attributes
    ----------
    dropped : the packets that MediaMTX reports as dropped.
    """

    def __init__(
        self,
        sources: Mapping[str, CameraAddress],
        system_messages: SystemMessages | None = None,
    ) -> None:
        self.dropped = DroppedPackets()
        self._sources = sources
        self._system_messages = system_messages or SystemMessages()
        self._started_paths: set[str] = set()
        self._delivering_since: dict[str, float] = {}  # seconds on the monotonic clock
        self._failures: dict[str, _PathFailure] = {}

    def record_line(self, level: str, message: str) -> bool:
        """Record one message; return whether it is about the camera of a path."""
        found = _PATH_LINE_PATTERN.match(message)
        if found is None:
            return False
        path, text = found["path"], found["text"]
        if level != "INF":
            self.dropped.record_line(path, text)
        if found["source"]:
            self._record_source_line(path, level, text)
        elif text.startswith("stream is available"):
            self._delivering_since[path] = monotonic_s()
        return bool(found["source"])

    def failure(self, path: str, since_ns: int) -> CameraError | None:
        """The newest reason since a monotonic time why `path` does not deliver."""
        failure = self._failures.get(path)
        return failure.error if failure is not None and failure.at_ns >= since_ns else None

    def failed_in_dialogue(self, path: str) -> bool:
        """Whether the newest reason is that the RTSP dialogue with the camera failed."""
        failure = self._failures.get(path)
        return failure is not None and failure.is_dialogue

    def is_pending(self, path: str) -> bool:
        """Whether `path` has neither delivered nor failed."""
        return path not in self._delivering_since and path not in self._failures

    def has_delivered(self, path: str) -> bool:
        """Whether the camera of `path` has delivered since the path was added."""
        return path in self._delivering_since

    def hung_up_after(self, path: str) -> float | None:
        """Seconds of delivery after which the camera of `path` hung up; None if it did not."""
        failure = self._failures.get(path)
        return None if failure is None else failure.hung_up_after

    def clear(self, path: str) -> None:
        """Forget a path that was removed."""
        # Do this first: later lines about the removed path then have no effect.
        self._started_paths.discard(path)
        self._failures.pop(path, None)
        self._delivering_since.pop(path, None)
        self.dropped.clear(path)

    def _record_source_line(self, path: str, level: str, text: str) -> None:
        if text.startswith("started"):
            self._started_paths.add(path)
        elif level == "ERR":
            self._record_failure(path, text)
        elif text == "stopped: an error occurred":
            # If a camera has started to deliver, MediaMTX does not log why it ended.
            self._record_failure(path, "connection lost")

    def _record_failure(self, path: str, text: str) -> None:
        source = self._sources.get(path)
        if source is None or path not in self._started_paths:
            return
        text = self._system_messages.translate(text)
        delivered, hung_up_after = self._delivering_since.get(path), None
        if delivered is not None and _HANG_UP_PATTERN.search(text):
            # A peer that hangs up at the first message is no camera; this one has delivered.
            text, hung_up_after = "connection lost", monotonic_s() - delivered
        error = error_from_log(source, text)
        # A stream is available before PLAY. So the camera may still refuse PLAY or hang up, and
        # MediaMTX may not support what the description contains.
        at_once = hung_up_after is not None and hung_up_after < IMMEDIATE_HANG_UP_S
        begun = delivered is not None and not at_once and not text.startswith(_BEFORE_PLAY)
        is_dialogue = not begun and (at_once or is_dialogue_error(source, error, text))
        self._failures[path] = _PathFailure(monotonic_ns(), error, is_dialogue, hung_up_after)
