"""Is everything well?"""

from __future__ import annotations

from camrec import schema
from camrec.web.handlers.base import ApiHandler


class HealthHandler(ApiHandler):
    async def get(self) -> None:
        self.answer(schema.HealthReply.model_validate(await self.call(self.station.health)))
