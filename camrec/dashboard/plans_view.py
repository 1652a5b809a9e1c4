"""The page with the plans."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import ClassVar

import param

from camrec.dashboard.component import AskingComponent
from camrec.dashboard.page_state import PageState
from camrec.dashboard.plan_week import read_plan_preview, read_plan_week
from camrec.station import Station


class PlansView(AskingComponent):
    """Lists and changes plans, and shows a week of them.

    The browser requests the week while it shows this view: again and again, and when a parameter
    changes.
    """

    plans = param.List(default=[], item_type=dict, doc="The state's `PlanRow`s.")
    recordings = param.List(
        default=[], item_type=str, doc="The ids of the recordings that run or are scheduled."
    )

    _script: ClassVar[str] = "components/plans.js"
    text_prefixes: ClassVar[tuple[str, ...]] = ("page", "plan_page", "plans")

    def __init__(self, station: Station, **params: object) -> None:
        super().__init__(**params)
        self._station = station

    def show_state(self, state: PageState) -> None:
        """Show the plans, and let the browser request the week again if recordings changed."""
        scheduled = [
            each["recording_id"] for row in state.sessions for each in row.fields["scheduled"]
        ]
        scheduled += [each["recording_id"] for each in state.awaited_recordings]
        running = [each["recording_id"] for each in state.running_recordings]
        self.param.update(plans=state.plans, recordings=running + scheduled)

    # Messages from the browser.

    def do_week(self, first: str) -> None:
        """Send the week that begins with the day `first`; empty: this week."""
        self.ask("week", self._read_week, str(first), self.language)

    def _read_week(self, first: str, language: str) -> str:
        day = date.fromisoformat(first) if first else None
        return json.dumps(read_plan_week(self._station, day, language), separators=(",", ":"))

    def do_preview(
        self, plan_id: str | None, changes: Mapping[str, object], place: Sequence[float]
    ) -> None:
        """Send what a plan would do that is being typed. `place`: empty: as in the settings."""
        self.ask("preview", self._read_preview, plan_id, dict(changes), list(place))

    def _read_preview(
        self, plan_id: str | None, changes: dict[str, object], place: list[float]
    ) -> str:
        found = read_plan_preview(self._station, plan_id, changes, place)
        return json.dumps(found, separators=(",", ":"))

    def do_save(
        self, plan_id: str | None, changes: Mapping[str, object], place: Sequence[float]
    ) -> None:
        """Add a plan, or change one. `place`: the settings' from now on; empty: it stays."""
        self.ask("save", self._save, plan_id, dict(changes), list(place))

    def _save(self, plan_id: str | None, changes: dict[str, object], place: list[float]) -> None:
        if place:
            self._station.settings.change_place(place)
        if plan_id is None:
            self._station.plans.add(changes)
        else:
            self._station.plans.change(plan_id, changes)

    def do_keep_awake(self, wanted: bool) -> None:
        self.ask("keep_awake", self._station.settings.keep_awake_for_plans, bool(wanted))

    def do_try_camera(self, camera_id: str) -> None:
        """Open a camera, so that its card shows whether it is there, unless it has a card."""
        self.ask("try_camera", self._try_camera, str(camera_id))

    def _try_camera(self, camera_id: str) -> None:
        sessions = self._station.cameras.sessions()
        if all(each.camera_id != camera_id for each in sessions):
            self._station.known_cameras.reopen(camera_id)

    def do_enable(self, plan_id: str, enabled: bool) -> None:
        self.ask("enable", self._station.plans.change, str(plan_id), {"enabled": bool(enabled)})

    def do_remove(self, plan_id: str) -> None:
        self.ask("remove", self._station.plans.remove, str(plan_id))

    def do_cancel(self, recording_id: str) -> None:
        """Cancel a scheduled recording."""
        self.ask("cancel", self._station.recordings.stop, None, str(recording_id))
