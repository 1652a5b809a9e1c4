"""The endpoint ``/snapshot``: the newest frame of a camera."""

from __future__ import annotations

from camrec.clock import format_iso
from camrec.session import SessionState
from camrec.web.handlers.base import ApiHandler

LIVE_SNAPSHOT_TIMEOUT_S = 5.0  # for the next key frame of a live camera
STALE_SNAPSHOT_TIMEOUT_S = 0.5  # for a frame that camrec has already


class SnapshotHandler(ApiHandler):
    """``GET /snapshot``"""

    async def get(self) -> None:
        """Send the newest frame as JPEG; the header ``Captured-At`` has its time."""
        session = self.station.cameras.session(self.get_query_argument("session_id"))
        live = session.state is SessionState.LIVE
        frame = await self.call(
            session.live_views.snapshot,
            LIVE_SNAPSHOT_TIMEOUT_S if live else STALE_SNAPSHOT_TIMEOUT_S,
        )
        self.set_header("Content-Type", "image/jpeg")
        self.set_header("Captured-At", format_iso(frame.captured))
        self.write(frame.jpeg)
