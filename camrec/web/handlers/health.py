"""Whether everything works."""

from __future__ import annotations

from camrec.web.handlers.base import ApiHandler


class HealthHandler(ApiHandler):
    async def get(self) -> None:
        self.answer(await self.call(self.station.health))
