"""Connections to a ``camrec serve`` that runs here or on another machine."""

from __future__ import annotations

import atexit
from collections.abc import Sequence
from datetime import date, datetime, time

import numpy as np

from camrec.annotations import Event, EventValue
from camrec.api.camera import Camera, camera_for
from camrec.api.events import DetailValues, mark_recordings
from camrec.api.library import Library
from camrec.api.planning import Plan, PlanCameras, PlanStart, plan_values
from camrec.api.recording import Recording
from camrec.api.remote import RemoteBackend
from camrec.api.scheduling import schedule_recording
from camrec.camera_clock import ClockChoice


def connect(url: str = "http://127.0.0.1:8000", token: str | None = None) -> Connection:
    """Connect to a running camrec.

    Parameters
    ----------
    url
        The address of its page, including the path if it has one.
    token
        The token, if one is set in its settings.

    Raises
    ------
    InputError
        ``address_scheme``, ``address_ambiguous``: `url` is not valid.
    ServiceError
        ``no_camrec``: no camrec answers at `url`.
    AccessError
        ``token_wrong``: the token is missing or wrong.
    """
    return Connection(RemoteBackend(url, token))


class Connection:
    """A running camrec: its cameras, recordings and videos.

    Every call raises a ServiceError (``no_camrec``) if camrec does not answer. Cameras and
    recordings are not affected when the connection is closed.
    """

    def __init__(self, backend: RemoteBackend) -> None:
        self._backend = backend
        atexit.register(self.close)

    def open(
        self,
        url: str,
        name: str | None = None,
        clock: ClockChoice | None = None,
        stays: bool | None = None,
    ) -> Camera:
        """Open a camera there.

        `url`, `name`, `clock`, `stays` and the errors are those of `camrec.open`. A camera that is
        already open there is returned as it is, whoever opened it.
        """
        return camera_for(self._backend, self._backend.open(url, name, clock, stays))

    def cameras(self) -> list[Camera]:
        """Return the cameras that are open there, whoever opened them."""
        return [camera_for(self._backend, each) for each in self._backend.cameras()]

    def videos(self) -> Library:
        """Return the finished videos there, newest first.

        A file is downloaded when the `path` of its video is first used.
        """
        library = self._backend.library
        return Library(library.videos(), self._backend, library.evicted)

    def mark(
        self,
        text: str = "",
        *,
        at: np.datetime64 | datetime | None = None,
        length: float | None = None,
        value: EventValue | None = None,
    ) -> list[Event]:
        """Mark an event in all recordings there.

        `text`, `at`, `length`, `value` and the errors are those of `camrec.mark`. Without `at`, it
        happened when the request arrived there.
        """
        return mark_recordings(self._backend, text, at, length, value, None)

    def schedule(
        self,
        camera_id: str,
        start_at: datetime,
        duration: int | None,
        name: str | None = None,
        *,
        details: DetailValues | None = None,
        video_length: int | None = None,
    ) -> Recording:
        """Schedule a recording there of a camera that need not be open, and return at once.

        `camera_id`, `start_at`, `duration`, `name`, `details`, `video_length` and the errors are
        those of `camrec.schedule`.
        """
        return schedule_recording(
            self._backend, camera_id, start_at, duration, name, details, video_length
        )

    def plan(
        self,
        cameras: PlanCameras,
        days: Sequence[str] = (),
        start: PlanStart | None = None,
        end: str | time | None = None,
        *,
        duration: int | None = None,
        always: bool = False,
        video_length: int | None = None,
        until: str | date | None = None,
        enabled: bool = True,
        name: str | None = None,
        details: DetailValues | None = None,
    ) -> Plan:
        """Add a plan there.

        `cameras`, `days`, `start`, `end`, `duration`, `always`, `video_length`, `until`, `enabled`,
        `name`, `details` and the errors are those of `camrec.plan`.
        """
        values = plan_values(
            cameras,
            days,
            start,
            end,
            duration=duration,
            always=always,
            video_length=video_length,
            until=until,
            enabled=enabled,
            name=name,
            details=details,
        )
        return Plan(self._backend, self._backend.add_plan(values))

    def plans(self) -> list[Plan]:
        """Return the plans there, the oldest first."""
        return [Plan(self._backend, each) for each in self._backend.plans()]

    def close(self) -> None:
        """Stop live video in the pages of this process. Cameras and recordings are not affected."""
        atexit.unregister(self.close)
        self._backend.close_views()

    def __enter__(self) -> Connection:
        """Return the connection itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def __repr__(self) -> str:
        """Return the address, without a credential."""
        return f"<Connection {self._backend.url}>"
