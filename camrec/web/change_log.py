"""The latest changes of a station, numbered, for those who follow them."""

from __future__ import annotations

import json
import secrets
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from camrec.station import (
    AlertsChanged,
    CamerasChanged,
    LibraryChanged,
    PlansChanged,
    ProxyChanged,
    RecordingChanged,
    SessionChanged,
    SettingsChanged,
    Station,
    StationChange,
)

MAX_KEPT_CHANGES = 1000

ChangeKind = Literal[
    "session", "cameras", "recording", "video", "proxy", "plans", "settings", "alert", "reset"
]


@dataclass(frozen=True)
class NumberedChange:
    """A change as it is sent.

    event_id : contains the run of camrec and the number.
    """

    event_id: str
    kind: ChangeKind
    subject_id: str | None

    def to_event(self) -> str:
        """As a server-sent event."""
        data = json.dumps({"kind": self.kind, "id": self.subject_id})
        return f"id: {self.event_id}\ndata: {data}\n\n"


class ChangeLog:
    """Keeps the latest `MAX_KEPT_CHANGES` changes. For any thread.

    Nobody is waited for: followers ask for what came after the last change that they have.
    """

    def __init__(self, station: Station) -> None:
        self._run_id = secrets.token_hex(4)
        self._lock = threading.Lock()
        self._count = 0
        self._changes: deque[NumberedChange] = deque(maxlen=MAX_KEPT_CHANGES)
        self._followers: tuple[Callable[[], None], ...] = ()
        station.changed.connect(self._on_change)

    @property
    def newest_id(self) -> str:
        """The id of the newest change."""
        with self._lock:
            return self._id(self._count)

    def after(self, event_id: str) -> Sequence[NumberedChange] | None:
        """The changes after one; None if it is not known, or if some of them are not kept."""
        run_id, _, number = event_id.partition("-")
        with self._lock:
            if run_id != self._run_id or not number.isascii() or not number.isdecimal():
                return None
            if len(number) > len(str(self._count)):
                return None
            missing = self._count - int(number)
            if not 0 <= missing <= len(self._changes):
                return None
            return list(self._changes)[len(self._changes) - missing :]

    def reset_event(self) -> NumberedChange:
        """What is sent in place of changes that are not kept: read everything again."""
        return NumberedChange(self.newest_id, "reset", None)

    def add_follower(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` after each change, in any thread. Returns a function that ends this."""
        with self._lock:
            self._followers = (*self._followers, wake)

        def leave() -> None:
            with self._lock:
                self._followers = tuple(each for each in self._followers if each is not wake)

        return leave

    @property
    def follower_count(self) -> int:
        """How many follow."""
        return len(self._followers)

    def _on_change(self, change: StationChange) -> None:
        kind, subject_id = describe_change(change)
        with self._lock:
            self._count += 1
            self._changes.append(NumberedChange(self._id(self._count), kind, subject_id))
            followers = self._followers
        for wake in followers:
            wake()

    def _id(self, number: int) -> str:
        return f"{self._run_id}-{number}"


def describe_change(change: StationChange) -> tuple[ChangeKind, str | None]:
    """The kind of a change, and the id of what has changed; None: see all of that kind."""
    match change:
        case SessionChanged():
            return "session", change.session_id
        case RecordingChanged():
            return "recording", change.recording_id
        case LibraryChanged():
            return "video", change.filename
        case ProxyChanged():
            return "proxy", change.proxy
        case AlertsChanged():
            return "alert", change.alert_id
        case CamerasChanged():
            return "cameras", None
        case PlansChanged():
            return "plans", None
        case SettingsChanged():
            return "settings", None
