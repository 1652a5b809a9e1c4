"""The bar at the top of the page."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import ClassVar

import param

from camrec import i18n
from camrec.annotations import Details
from camrec.dashboard.component import AskingComponent
from camrec.dashboard.wire_types import AbsenceFields
from camrec.station import Station


class PageHeader(AskingComponent):
    """The bar with the views, the running recordings, language, theme and settings.

    Parameters
    ----------
    on_language
        Called with the language that the user chose.
    on_file
        Called when the page's address changes, with the file for the player to show, or None.
    sum_absence
        Returns what happened since a moment, in milliseconds since 1970. It is called in a thread:
        ten thousand receipts take a second.
    """

    cameras = param.Integer(default=0, doc="Cameras that are open.")
    videos = param.Integer(default=0, doc="Videos in the library.")
    plans = param.Integer(default=0, doc="Plans.")
    recordings = param.List(default=[], item_type=dict, doc="The state's `running_recordings`.")
    group_recording = param.Dict(
        default={"count": 0, "rate": 0, "most": 0, "room": 0, "free": 0},
        doc="The state's `GroupRecordingFields`.",
    )

    alerts = param.List(default=[], item_type=dict, doc="`AlertRow`, the newest first.")

    _script: ClassVar[str] = "components/header.js"
    text_prefixes: ClassVar[tuple[str, ...]] = ("page", "videos")

    def __init__(
        self,
        station: Station,
        on_language: Callable[[str], None],
        on_file: Callable[[str | None], None],
        sum_absence: Callable[[float], AbsenceFields],
        **params: object,
    ) -> None:
        super().__init__(**params)
        self._station = station
        self._on_language = on_language
        self._on_file = on_file
        self._sum_absence = sum_absence

    def do_set_language(self, language: str) -> None:
        if language in i18n.LANGUAGES:
            self._on_language(language)

    def do_show_view(self, view: str, file: str | None) -> None:
        self._on_file(file if view == "videos" else None)

    def do_sum_absence(self, since: float) -> None:
        """Somebody has opened the bell, and was away since a moment. Send `AbsenceFields`."""
        self.ask("sum_absence", self._read_absence, float(since))

    def _read_absence(self, since: float) -> str:
        return json.dumps(self._sum_absence(since), separators=(",", ":"))

    def do_seen(self, ids: list[str] | None) -> None:
        """Somebody has seen these alerts; None: all."""
        if ids is None:
            self.ask("seen", self._station.alerts.mark_all_seen)
        else:
            self.ask("seen", self._station.alerts.mark_seen, [str(each) for each in ids])

    def do_stop(self, recording_id: str) -> None:
        self.ask("stop", self._station.recordings.stop, None, recording_id)

    def do_record_all(
        self,
        seconds: int | None,
        at: float | None = None,
        details: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Record all cameras, now or from a moment on.

        seconds : None: until they are stopped.
        at : milliseconds since 1970; None: now.
        """
        self.ask("record_all", self._record_all, seconds, at, dict(details))

    def _record_all(self, seconds: int | None, at: float | None, details: dict[str, str]) -> None:
        start_at = None if at is None else round(at * 1e6)
        self._station.recordings.start_all(seconds, start_at, Details(details))
