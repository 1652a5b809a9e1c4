"""The endpoint ``/health``: whether everything works."""

from __future__ import annotations

from camrec.web.handlers.base import ApiHandler


class HealthHandler(ApiHandler):
    """``GET /health``"""

    async def get(self) -> None:
        """Send the state of the station."""
        self.send_reply(await self.call(self.station.health))
