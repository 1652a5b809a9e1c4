"""Cameras over REST: open, close, list."""

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
    async def post(self) -> None:
        wanted = self.body(OpenRequest)
        session = await self.call(self.station.cameras.open, wanted.url, wanted.name)
        self.answer(describe_session(session, self.language), 201)


class CloseCameraHandler(ApiHandler):
    async def post(self) -> None:
        wanted = self.body(CloseRequest)
        scheduled = await self.call(self.station.recordings.scheduled, wanted.session_id)
        session = await self.call(self.station.cameras.close, wanted.session_id)
        cancelled = [each.recording_id for each in scheduled if not each.has_started]
        told = describe_session(session, self.language).model_dump()
        self.answer(schema.ClosedSessionReply(**told, cancelled=cancelled))


class CameraReportHandler(ApiHandler):
    """The camera is called once more for it, so it takes a while."""

    async def get(self, session_id: str) -> None:
        with tempfile.TemporaryDirectory(prefix="camrec-") as folder:
            path = Path(folder) / "report.zip"
            await self.call(self.station.reports.write_for_failed, session_id, path)
            report = await self.call(path.read_bytes)
        name = f"camrec report {datetime.now():%Y-%m-%d %H-%M-%S}.zip"
        self.set_header("Content-Type", "application/zip")
        self.set_header("Content-Disposition", content_disposition(name))
        self.write(report)


class SessionListHandler(ApiHandler):
    async def get(self) -> None:
        sessions = await self.call(self.station.cameras.sessions)
        self.answer(
            schema.SessionListReply(
                sessions=[describe_session(session, self.language) for session in sessions],
                max_sessions=self.station.config.max_sessions,
            )
        )
