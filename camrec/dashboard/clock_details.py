"""What dates the frames of a camera: told, and chosen, in the dialog with its statistics."""

from __future__ import annotations

from typing import ClassVar

import param

from camrec.camera_clock import ClockChoice
from camrec.camera_registry import KnownCamera
from camrec.clock import NS_PER_SECOND
from camrec.dashboard.component import AskingComponent
from camrec.dashboard.rounded_figures import round_two_digits
from camrec.dashboard.wire_types import ClockFields
from camrec.errors import NotFoundError
from camrec.session import Session
from camrec.station import Station

SECONDS_PER_HOUR = 3600


class ClockDetails(AskingComponent):
    """Says in words what dates the frames of one session, and lets the user choose it."""

    clock = param.Dict(default=None, allow_None=True, doc="The `ClockFields`; None: no session.")

    _script: ClassVar[str] = "components/clock_details.js"

    def __init__(self, station: Station, **params: object) -> None:
        super().__init__(**params)
        self._station = station
        self._session_id = ""

    def show_session(self, session_id: str) -> None:
        """Show this session from now on."""
        self._session_id = session_id
        self.refresh()

    def refresh(self) -> None:
        """Show what is known now."""
        try:
            session = self._station.cameras.session(self._session_id)
            camera = self._station.known_cameras.get(session.camera_id)
        except NotFoundError:
            self.clock = None
            return
        built_in = self._station.known_cameras.is_built_in(camera.camera_id)
        self.clock = _describe_clock(session, camera, not built_in)

    def do_choose(self, own_clock: bool) -> None:
        self.ask("choose", self._choose, "camera" if own_clock else "arrival")

    def _choose(self, choice: ClockChoice) -> None:
        session = self._station.cameras.session(self._session_id)
        self._station.known_cameras.update(session.camera_id, None, None, choice)


def _describe_clock(session: Session, camera: KnownCamera, is_changeable: bool) -> ClockFields:
    fields: ClockFields = {
        "chosen": camera.clock == "camera",
        "used": session.clock_choice == "camera",
        "changeable": is_changeable,
        "state": "arrival",
        "reports": 0,
        "error": 0.0,
        "ahead": 0.0,
        "zone": 0.0,
        "sending": False,
    }
    verdict = session.clock_verdict
    if fields["used"] and verdict is not None:
        fields["state"] = verdict.state.value
        fields["reports"] = min(verdict.reports, 1)  # only whether there are any is shown
        fields["error"] = round_two_digits(verdict.uncertainty)
        fields["ahead"] = round_two_digits(verdict.offset or 0.0)
        fields["zone"] = verdict.zone_ns / NS_PER_SECOND / SECONDS_PER_HOUR
        fields["sending"] = verdict.may_be_sending
    return fields
