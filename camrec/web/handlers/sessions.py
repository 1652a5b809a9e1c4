"""The endpoints under ``/session``: open, close and list cameras, report a failed one."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from camrec import schema
from camrec.replies import describe_session
from camrec.web.handlers.base import ApiHandler
from camrec.web.handlers.file import content_disposition
from camrec.web.request_models import CloseRequest, OpenRequest


class OpenCameraHandler(ApiHandler):
    """``POST /session/open``"""

    async def post(self) -> None:
        """Open a camera, and respond when frames have arrived."""
        request = self.body(OpenRequest)
        session = await self.call(
            self.station.cameras.open, request.url, request.name, request.clock, request.stays
        )
        self.send_reply(describe_session(session, self.language), 201)


class CloseCameraHandler(ApiHandler):
    """``POST /session/close``"""

    async def post(self) -> None:
        """Close a camera, and respond when its recording is saved."""
        request = self.body(CloseRequest)
        scheduled = await self.call(self.station.recordings.scheduled, request.session_id)
        session = await self.call(self.station.cameras.close, request.session_id)
        cancelled = [each.recording_id for each in scheduled if not each.has_started]
        fields = describe_session(session, self.language).model_dump()
        self.send_reply(schema.ClosedSessionReply(**fields, cancelled=cancelled))


class CameraReportHandler(ApiHandler):
    """``GET /session/ID/report``"""

    async def get(self, session_id: str) -> None:
        """Send a ZIP file; camrec connects to the camera again for it, which takes a while."""
        with tempfile.TemporaryDirectory(prefix="camrec-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "report.zip"
            await self.call(self.station.reports.write_for_failed, session_id, path)
            report = await self.call(path.read_bytes)
        name = f"camrec report {datetime.now():%Y-%m-%d %H-%M-%S}.zip"
        self.set_header("Content-Type", "application/zip")
        self.set_header("Content-Disposition", content_disposition(name))
        self.write(report)


class SessionListHandler(ApiHandler):
    """``GET /session/list``"""

    async def get(self) -> None:
        """Send the open cameras."""
        sessions = await self.call(self.station.cameras.sessions)
        self.send_reply(
            schema.SessionListReply(
                sessions=[describe_session(session, self.language) for session in sessions],
                max_sessions=self.station.config.max_sessions,
            )
        )
