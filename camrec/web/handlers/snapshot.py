"""The newest picture of a camera, once."""

from __future__ import annotations

from camrec.clock import iso
from camrec.session import SessionState
from camrec.web.handlers.base import Handler

PATIENCE = 5.0  # seconds for a live camera's next key picture
AT_ONCE = 0.5  # seconds in which a picture comes that is here already


class SnapshotHandler(Handler):
    async def get(self) -> None:
        session = self.station.session(self.get_query_argument("session_id"))
        live = session.state is SessionState.LIVE
        picture = await self.call(session.pictures.snapshot, PATIENCE if live else AT_ONCE)
        self.set_header("Content-Type", "image/jpeg")
        self.set_header("Captured-At", iso(picture.captured))
        self.write(picture.jpeg)
