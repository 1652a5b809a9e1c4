"""What has changed, as `Station.changed` reports it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SessionChanged:
    """A session was opened or closed, or something about it changed."""

    session_id: str


@dataclass(frozen=True)
class CamerasChanged:
    """A camera got another name, address, clock or measured delay, or was removed."""


@dataclass(frozen=True)
class RecordingChanged:
    """A recording was added, or its state, its segments or its gaps changed."""

    recording_id: str


@dataclass(frozen=True)
class LibraryChanged:
    """A video was saved, locked, unlocked, renamed or deleted."""

    filename: str


@dataclass(frozen=True)
class ProxyChanged:
    """The state of a proxy changed. `proxy` is "mediamtx" or "go2rtc"."""

    proxy: str


@dataclass(frozen=True)
class PlansChanged:
    """A plan was added, changed or removed, or something became of one of its occurrences."""


@dataclass(frozen=True)
class SettingsChanged:
    """The settings were changed on the page."""


@dataclass(frozen=True)
class AlertsChanged:
    """An alert was added, is over, or was seen."""

    alert_id: str


StationChange = (
    SessionChanged
    | CamerasChanged
    | RecordingChanged
    | LibraryChanged
    | ProxyChanged
    | PlansChanged
    | SettingsChanged
    | AlertsChanged
)
