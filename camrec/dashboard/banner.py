"""The banner above the cameras.

It says that no further camera may be opened, that camrec does not answer, and which recordings are
scheduled for cameras that are closed. On a phone it also has the Record all button.
"""

from __future__ import annotations

from typing import ClassVar

import param

from camrec.dashboard.component import AskingComponent
from camrec.station import Station


class Banner(AskingComponent):
    full = param.Boolean(default=False, doc="No further camera may be opened.")
    open = param.Integer(default=0, doc="Cameras that are open.")
    most = param.Integer(default=3, doc="Cameras that may be open.")
    recordable = param.Integer(default=0, doc="Live cameras that are not being recorded.")
    awaited = param.List(default=[], item_type=dict, doc="The state's `awaited_recordings`.")

    _script: ClassVar[str] = "components/banner.js"

    def __init__(self, station: Station, **params: object) -> None:
        super().__init__(**params)
        self._station = station

    def do_cancel(self, recording_id: str) -> None:
        """Cancel a scheduled recording."""
        self.ask("cancel", self._station.recordings.stop, None, str(recording_id))
