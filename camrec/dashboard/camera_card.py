"""One camera on the page: its picture, its state and its recording, in one card."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import param

from camrec.camera_errors import LOGIN_ERROR_CODES
from camrec.dashboard.component import AskingComponent
from camrec.dashboard.open_failure import describe_open_failure
from camrec.session import MAX_OPEN_ATTEMPTS, PROBE_FRAMES
from camrec.station import Station


class CameraCard(AskingComponent):
    """Shows one session and asks the station for what its buttons say.

    Parameters
    ----------
    on_change
        Called with the address, without its credential, the name that was chosen and whether the
        log-in was refused, when the user wants to write another address.
    on_statistics
        Called with the session's id, its name, whether the page is dark, and the minutes by which
        the browser's clock is ahead of UTC.
    """

    session = param.Dict(default={}, doc="One of the board's sessions, in the page's language.")

    _script: ClassVar[str] = "components/camera_card.js"

    def __init__(
        self,
        station: Station,
        facts: dict[str, Any],
        on_change: Callable[[str, str, bool], None],
        on_statistics: Callable[[str, str, bool, float], None],
        **params: Any,
    ) -> None:
        super().__init__(**params)
        self._station = station
        self._on_change = on_change
        self._on_statistics = on_statistics
        self.show(facts)

    @property
    def session_id(self) -> str:
        return self._session_state["session_id"]

    def show(self, facts: dict[str, Any]) -> None:
        """Show what the board knows of this session now."""
        self._session_state = facts
        error, trouble = facts["error"], facts["trouble"]
        self.session = {
            **{key: value for key, value in facts.items() if key not in ("error", "trouble")},
            "tries": MAX_OPEN_ATTEMPTS,
            "wanted": PROBE_FRAMES,
            "failure": describe_open_failure(error, facts["attempt"], self.language)
            if error
            else None,
            "trouble": trouble.text(self.language) if trouble else "",
        }

    @param.depends("language", watch=True)
    def _translate(self) -> None:
        self.show(self._session_state)

    # What the browser may ask for.

    def do_record(self, seconds: int) -> None:
        self.ask("record", self._station.recordings.start, self.session_id, seconds)

    def do_stop(self) -> None:
        self.ask("stop", self._station.recordings.stop, self.session_id)

    def do_cancel(self, recording_id: str) -> None:
        self.ask("cancel", self._station.recordings.stop, None, str(recording_id))

    def do_close(self) -> None:
        self.ask("close", self._station.cameras.close, self.session_id)

    def do_retry(self) -> None:
        self.ask("retry", self._reopen)

    def do_statistics(self, dark: bool, east: float) -> None:
        self._on_statistics(self.session_id, self._session_state["name"], bool(dark), float(east))

    def do_change(self) -> None:
        session = self._station.cameras.session(self.session_id)
        chosen = "" if session.name == session.source.host else session.name
        refused = session.error is not None and session.error.code in LOGIN_ERROR_CODES
        self._on_change(session.source.url, chosen, refused)
        self.ask("change", self._station.cameras.close, self.session_id)

    def _reopen(self) -> None:
        failed = self._station.cameras.close(self.session_id)
        self._station.cameras.begin_open(failed.source, failed.name)
