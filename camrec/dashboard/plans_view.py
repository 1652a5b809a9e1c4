"""The page with the plans."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import ClassVar

import param

from camrec.dashboard.component import AskingComponent
from camrec.dashboard.page_state import PageState
from camrec.dashboard.plan_week import read_plan_week
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
        running = [each["recording_id"] for each in state.running_recordings]
        self.param.update(plans=state.plans, recordings=running + scheduled)

    # Messages from the browser.

    def do_week(self, first: str) -> None:
        """Send the week that begins with the day `first`; empty: this week."""
        self.ask("week", self._read_week, str(first), self.language)

    def _read_week(self, first: str, language: str) -> str:
        day = date.fromisoformat(first) if first else None
        return json.dumps(read_plan_week(self._station, day, language), separators=(",", ":"))

    def do_add(self, changes: Mapping[str, object]) -> None:
        self.ask("save", self._station.plans.add, dict(changes))

    def do_change(self, plan_id: str, changes: Mapping[str, object]) -> None:
        self.ask("save", self._station.plans.change, str(plan_id), dict(changes))

    def do_enable(self, plan_id: str, enabled: bool) -> None:
        self.ask("enable", self._station.plans.change, str(plan_id), {"enabled": bool(enabled)})

    def do_remove(self, plan_id: str) -> None:
        self.ask("remove", self._station.plans.remove, str(plan_id))

    def do_cancel(self, recording_id: str) -> None:
        """Cancel a scheduled recording."""
        self.ask("cancel", self._station.recordings.stop, None, str(recording_id))
