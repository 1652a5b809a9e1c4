"""One camera on the page: its live view, its state and its recording, in one card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

import param

from camrec.annotations import Details
from camrec.camera_errors import LOGIN_ERROR_CODES
from camrec.clock import NS_PER_SECOND
from camrec.dashboard.component import PAGE_EVENT_SOURCE, AskingComponent
from camrec.dashboard.open_failure import describe_open_failure
from camrec.dashboard.page_state import SessionRow
from camrec.dashboard.wire_types import CardFields
from camrec.session import MAX_OPEN_ATTEMPTS, PROBE_FRAMES
from camrec.station import Station

# Called with a session's id, its name, whether the page is dark, and the minutes by which the
# browser's clock is ahead of UTC.
OpenStatistics = Callable[[str, str, bool, float], None]


class CameraCard(AskingComponent):
    """Shows one session, and calls the station when its buttons are pressed.

    Parameters
    ----------
    on_change
        Called when the user wants to change the address: with the address without its credential,
        the name that the user chose, whether the camera rejected the credential, and whether its
        own clock was to date its frames.
    on_statistics
        Called when the user opens the statistics.
    """

    session = param.Dict(default={}, doc="The `CardFields` in the page's language.")

    _script: ClassVar[str] = "components/camera_card.js"

    def __init__(
        self,
        station: Station,
        row: SessionRow,
        on_change: Callable[[str, str, bool, bool], None],
        on_statistics: OpenStatistics,
        **params: object,
    ) -> None:
        super().__init__(**params)
        self._station = station
        self._on_change = on_change
        self._on_statistics = on_statistics
        self.show_session(row)

    @property
    def session_id(self) -> str:
        return self._row.fields["session_id"]

    def show_session(self, row: SessionRow) -> None:
        """Show the state of the session now."""
        self._row = row
        fields, language = row.fields, self.language
        card: CardFields = {
            **fields,
            "tries": MAX_OPEN_ATTEMPTS,
            "wanted": PROBE_FRAMES,
            "failure": describe_open_failure(row.error, fields["attempt"], language)
            if row.error
            else None,
            "trouble": row.trouble.text(language) if row.trouble else "",
        }
        self.session = card

    @param.depends("language", watch=True)
    def _translate(self) -> None:
        self.show_session(self._row)

    # Messages from the browser.

    def do_record(
        self,
        seconds: int | None,
        name: str = "",
        at: float | None = None,
        details: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Record for a time, now or from a moment on.

        seconds : None: until it is stopped.
        name : the video's; empty: the camera's.
        at : milliseconds since 1970; None: now.
        """
        self.ask("record", self._record, seconds, str(name), at, dict(details))

    def _record(
        self, seconds: int | None, name: str, at: float | None, details: dict[str, str]
    ) -> None:
        start_at = None if at is None else round(at * 1e6)
        self._station.recordings.start(
            self.session_id, seconds, name or None, start_at, Details(details)
        )

    def do_stop(self) -> None:
        self.ask("stop", self._station.recordings.stop, self.session_id)

    def do_extend(self, recording_id: str, seconds: int) -> None:
        """Let a recording with an end go on for longer."""
        self.ask("extend", self._extend, str(recording_id), int(seconds))

    def _extend(self, recording_id: str, seconds: int) -> None:
        ends_at = self._station.recordings.get(recording_id).ends_at
        if ends_at is not None:
            later = ends_at + seconds * NS_PER_SECOND
            self._station.recordings.change_end(recording_id, later)

    def do_resume(self) -> None:
        """Resume the plan that records this camera without a break."""
        plan_id = self._row.fields["paused_plan"]
        if plan_id is not None:
            self.ask("resume", self._station.plans.change, plan_id, {"enabled": True})

    def do_cancel(self, recording_id: str) -> None:
        self.ask("cancel", self._station.recordings.stop, None, str(recording_id))

    def do_mark(self, number: int, recording_id: str, at: float) -> None:
        """Mark an event at a time in milliseconds since 1970; the answer has its id.

        number : the page's own number of the mark, by which it recognizes the answer.
        """
        self.ask(f"mark {number}", self._mark, str(recording_id), at)

    def _mark(self, recording_id: str, at: float) -> str:
        [(_, event)] = self._station.events.mark(
            {}, source=PAGE_EVENT_SOURCE, recording_ids=[recording_id], at=round(at * 1e6)
        )
        return event.id

    def do_note(self, event_id: str, text: str) -> None:
        """Say what a marked event was."""
        self.ask("note", self._station.events.change, str(event_id), {"text": str(text)})

    def do_unmark(self, event_id: str) -> None:
        self.ask("unmark", self._station.events.delete, str(event_id))

    def do_close(self, stays: bool = True) -> None:
        self.ask("close", self._close, bool(stays))

    def _close(self, stays: bool) -> None:
        """Close the camera; without `stays` it is not opened again at the next start."""
        session = self._station.cameras.session(self.session_id)
        if not stays:
            self._station.known_cameras.update(session.camera_id, None, None, stays=False)
        self._station.cameras.close(self.session_id)

    def do_retry(self) -> None:
        self.ask("retry", self._reopen)

    def do_statistics(self, dark: bool, utc_offset_minutes: float) -> None:
        name = self._row.fields["name"]
        self._on_statistics(self.session_id, name, bool(dark), float(utc_offset_minutes))

    def do_change(self) -> None:
        session = self._station.cameras.session(self.session_id)
        chosen = "" if session.name == session.source.host else session.name
        refused = session.error is not None and session.error.code in LOGIN_ERROR_CODES
        own_clock = session.given_clock == "camera"
        self._on_change(session.source.url, chosen, refused, own_clock)
        self.ask("change", self._station.cameras.close, self.session_id)

    def _reopen(self) -> None:
        failed = self._station.cameras.close(self.session_id)
        self._station.cameras.begin_open(
            failed.source, failed.name, failed.given_clock, stays=failed.stays
        )
