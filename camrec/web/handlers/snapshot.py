"""The newest picture of a camera, once."""

from __future__ import annotations

from camrec.clock import format_iso
from camrec.session import SessionState
from camrec.web.handlers.base import ApiHandler

LIVE_SNAPSHOT_TIMEOUT_S = 5.0  # seconds for a live camera's next key picture
STALE_SNAPSHOT_TIMEOUT_S = 0.5  # seconds in which a picture comes that is here already


class SnapshotHandler(ApiHandler):
    async def get(self) -> None:
        session = self.station.cameras.session(self.get_query_argument("session_id"))
        live = session.state is SessionState.LIVE
        picture = await self.call(
            session.live_views.snapshot,
            LIVE_SNAPSHOT_TIMEOUT_S if live else STALE_SNAPSHOT_TIMEOUT_S,
        )
        self.set_header("Content-Type", "image/jpeg")
        self.set_header("Captured-At", format_iso(picture.captured))
        self.write(picture.jpeg)
