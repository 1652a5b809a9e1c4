"""The endpoints under ``/plans``: standing orders to record, and their calendar."""

from __future__ import annotations

import re
from datetime import date

from camrec import schema
from camrec.planning import PlanEntry
from camrec.replies import describe_calendar, describe_plan
from camrec.station import wrong_calendar_day
from camrec.web.handlers.base import ApiHandler
from camrec.web.plan_requests import PlanChangeRequest, PlanRequest

_DATE_PATTERN = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class PlansHandler(ApiHandler):
    """``/plans``"""

    async def get(self) -> None:
        """Send all plans, the oldest first."""
        self.send_reply(await self.call(self._list))

    def _list(self) -> schema.PlanListReply:
        plans = self.station.plans
        return schema.PlanListReply(
            plans=[describe_plan(each, plans.next_start(each)) for each in plans.all()]
        )

    async def post(self) -> None:
        """Add a plan. It is on the disk when the response is sent."""
        request = self.body(PlanRequest)
        self.send_reply(await self.call(self._add, request), 201)

    def _add(self, request: PlanRequest) -> schema.PlanReply:
        entry = self.station.plans.add(request.fields())
        return describe_plan(entry, self.station.plans.next_start(entry))


class PlanHandler(ApiHandler):
    """``/plans/ID``"""

    async def get(self, plan_id: str) -> None:
        """Send a plan."""
        self.send_reply(await self.call(self._describe, plan_id))

    def _describe(self, plan_id: str, entry: PlanEntry | None = None) -> schema.PlanReply:
        plans = self.station.plans
        entry = entry or plans.get(plan_id)
        return describe_plan(entry, plans.next_start(entry))

    async def patch(self, plan_id: str) -> None:
        """Change, pause or resume a plan. It is on the disk when the response is sent."""
        request = self.body(PlanChangeRequest)
        self.send_reply(await self.call(self._apply_change, plan_id, request))

    def _apply_change(self, plan_id: str, request: PlanChangeRequest) -> schema.PlanReply:
        return self._describe(plan_id, self.station.plans.change(plan_id, request.fields()))

    async def delete(self, plan_id: str) -> None:
        """Remove a plan; what it records now goes on."""
        await self.call(self.station.plans.remove, plan_id)
        self.set_status(204)


class PlanCalendarHandler(ApiHandler):
    """``GET /plans/calendar``"""

    async def get(self) -> None:
        """Send what plans recorded and will record on some days."""
        days = self._day("from"), self._day("to")
        self.send_reply(await self.call(self._read, *days))

    def _read(self, from_day: date, to_day: date) -> schema.CalendarReply:
        plans = self.station.plans
        return describe_calendar(
            plans.calendar(from_day, to_day),
            plans.clock,
            self.station.config.timezone,
            self.language,
        )

    def _day(self, field: str) -> date:
        text = self.get_query_argument(field)
        try:
            if _DATE_PATTERN.fullmatch(text) is None:
                raise ValueError
            return date.fromisoformat(text)
        except ValueError:
            raise wrong_calendar_day(field) from None
