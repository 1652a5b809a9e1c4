"""Cameras over REST: open, close, list."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from camrec import schema
from camrec.clock import format_iso
from camrec.recording import ENDED_RECORDING_STATES
from camrec.session import Session
from camrec.web.handlers.base import ApiHandler
from camrec.web.handlers.file import content_disposition
from camrec.web.request_models import CloseRequest, OpenRequest


class OpenCameraHandler(ApiHandler):
    async def post(self) -> None:
        wanted = self.body(OpenRequest)
        session = await self.call(self.station.open, wanted.url, wanted.name)
        self.answer(describe_session(session, self.language), 201)


class CloseCameraHandler(ApiHandler):
    async def post(self) -> None:
        wanted = self.body(CloseRequest)
        scheduled = await self.call(self.station.scheduled_recordings, wanted.session_id)
        session = await self.call(self.station.close, wanted.session_id)
        cancelled = [each.recording_id for each in scheduled if not each.has_started]
        told = describe_session(session, self.language).model_dump()
        self.answer(schema.ClosedSessionReply(**told, cancelled=cancelled))


class CameraReportHandler(ApiHandler):
    """The camera is called once more for it, so it takes a while."""

    async def get(self, session_id: str) -> None:
        with tempfile.TemporaryDirectory(prefix="camrec-") as folder:
            path = Path(folder) / "report.zip"
            await self.call(self.station.write_failure_report, session_id, path)
            report = await self.call(path.read_bytes)
        name = f"camrec report {datetime.now():%Y-%m-%d %H-%M-%S}.zip"
        self.set_header("Content-Type", "application/zip")
        self.set_header("Content-Disposition", content_disposition(name))
        self.write(report)


class SessionListHandler(ApiHandler):
    async def get(self) -> None:
        sessions = await self.call(self.station.sessions)
        self.answer(
            schema.SessionListReply(
                sessions=[describe_session(session, self.language) for session in sessions],
                max_sessions=self.station.config.max_sessions,
            )
        )


def describe_session(session: Session, language: str) -> schema.SessionReply:
    """A session as the wire shows it."""
    feed, recording = session.feed, session.recording
    video, audio = feed.video, feed.audio
    return schema.SessionReply(
        session_id=session.session_id,
        name=session.name,
        kind=session.kind,
        url=session.source.url,
        local_url=session.local_url,
        state=session.state.value,
        since=format_iso(session.since),
        waiting_for=session.waiting_for,
        video=video
        and schema.VideoTrackReply(
            codec=video.codec,
            width=video.width,
            height=video.height,
            fps=round(feed.figures().fps, 2),
        ),
        audio=audio and schema.AudioTrackReply(codec=audio.codec),
        viewers=session.viewers,
        figures=describe_stats(session),
        recording_id=recording.recording_id
        if recording and recording.state not in ENDED_RECORDING_STATES
        else None,
        error=schema.FaultReply.of(session.error, language),
    )


def describe_stats(session: Session) -> schema.StreamStatsReply:
    """How a session does."""
    told, lag = session.feed.figures(), session.live_views.lag
    return schema.StreamStatsReply(
        fps=round(told.fps, 2),
        bit_rate=round(told.bit_rate),
        key_distance=round(told.key_distance, 3),
        frames=told.frames,
        lost=told.lost,
        age=None if told.age is None else round(told.age, 3),
        viewers=session.viewers,
        lag=None if lag is None else round(lag, 3),
    )
