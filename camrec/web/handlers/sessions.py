"""Cameras over REST: open, close, list."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from camrec import schema
from camrec.clock import iso
from camrec.recording import RecordingState
from camrec.session import Session
from camrec.web.handlers.base import Handler
from camrec.web.handlers.file import attachment
from camrec.web.request_models import CloseRequest, OpenRequest

ENDED = (RecordingState.SAVED, RecordingState.FAILED)


class OpenHandler(Handler):
    async def post(self) -> None:
        wanted = self.body(OpenRequest)
        session = await self.call(self.station.open, wanted.url, wanted.name)
        self.answer(describe(session, self.language), 201)


class CloseHandler(Handler):
    async def post(self) -> None:
        wanted = self.body(CloseRequest)
        scheduled = await self.call(self.station.scheduled, wanted.session_id)
        session = await self.call(self.station.close, wanted.session_id)
        cancelled = [each.recording_id for each in scheduled if not each.begun]
        told = describe(session, self.language).model_dump()
        self.answer(schema.ClosedSession(**told, cancelled=cancelled))


class ReportHandler(Handler):
    """The camera is called once more for it, so it takes a while."""

    async def get(self, session_id: str) -> None:
        with tempfile.TemporaryDirectory(prefix="camrec-") as folder:
            path = Path(folder) / "report.zip"
            await self.call(self.station.report_failed, session_id, path)
            report = await self.call(path.read_bytes)
        name = f"camrec report {datetime.now():%Y-%m-%d %H-%M-%S}.zip"
        self.set_header("Content-Type", "application/zip")
        self.set_header("Content-Disposition", attachment(name))
        self.write(report)


class ListHandler(Handler):
    async def get(self) -> None:
        sessions = await self.call(self.station.sessions)
        self.answer(
            schema.SessionList(
                sessions=[describe(session, self.language) for session in sessions],
                max_sessions=self.station.config.max_sessions,
            )
        )


def describe(session: Session, language: str) -> schema.Session:
    """A session as the wire shows it."""
    feed, recording = session.feed, session.recording
    video, audio = feed.video, feed.audio
    return schema.Session(
        session_id=session.session_id,
        name=session.name,
        kind=session.kind,
        url=session.source.url,
        local_url=session.local_url,
        state=session.state.value,
        since=iso(session.since),
        waiting_for=session.waiting_for,
        video=video
        and schema.VideoFacts(
            codec=video.codec,
            width=video.width,
            height=video.height,
            fps=round(feed.figures().fps, 2),
        ),
        audio=audio and schema.AudioFacts(codec=audio.codec),
        viewers=session.viewers,
        figures=figures(session),
        recording_id=recording.recording_id if recording and recording.state not in ENDED else None,
        error=schema.Fault.of(session.error, language),
    )


def figures(session: Session) -> schema.Figures:
    """How a session does."""
    told, lag = session.feed.figures(), session.pictures.lag
    return schema.Figures(
        fps=round(told.fps, 2),
        bit_rate=round(told.bit_rate),
        key_distance=round(told.key_distance, 3),
        frames=told.frames,
        lost=told.lost,
        age=None if told.age is None else round(told.age, 3),
        viewers=session.viewers,
        lag=None if lag is None else round(lag, 3),
    )
