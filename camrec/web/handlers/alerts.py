"""The endpoints under ``/alerts``: what needed a person."""

from __future__ import annotations

from camrec import schema
from camrec.replies import describe_alert
from camrec.web.handlers.base import ApiHandler
from camrec.web.request_models import SeenRequest


class AlertListHandler(ApiHandler):
    """``GET /alerts``"""

    async def get(self) -> None:
        """Send all alerts, the one that was noticed last first."""
        self.send_reply(_list_alerts(self))


class AlertsSeenHandler(ApiHandler):
    """``POST /alerts/seen``"""

    async def post(self) -> None:
        """Mark alerts as seen, and send all alerts."""
        request = self.body(SeenRequest)
        if request.ids is None:
            await self.call(self.station.alerts.mark_all_seen)
        else:
            await self.call(self.station.alerts.mark_seen, request.ids)
        self.send_reply(_list_alerts(self))


def _list_alerts(handler: ApiHandler) -> schema.AlertListReply:
    alerts = handler.station.alerts.newest_first()
    return schema.AlertListReply(alerts=[describe_alert(each, handler.language) for each in alerts])
