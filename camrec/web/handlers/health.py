"""Is everything well?"""

from __future__ import annotations

from camrec import schema
from camrec.web.handlers.base import Handler


class HealthHandler(Handler):
    async def get(self) -> None:
        self.answer(schema.Health.model_validate(await self.call(self.station.health)))
