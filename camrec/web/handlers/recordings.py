"""Recordings over REST: start, several at once, stop, status, list."""

from __future__ import annotations

from camrec import schema
from camrec.clock import iso
from camrec.recording import Recording
from camrec.web.handlers.base import Handler
from camrec.web.request_models import RecordRequest, StopRequest, TogetherRequest


class StartHandler(Handler):
    async def post(self) -> None:
        wanted = self.body(RecordRequest)
        recording = await self.call(
            self.station.record,
            wanted.session_id,
            wanted.duration,
            wanted.name,
            wanted.moment(),
        )
        self.answer(describe(recording, self.language), 201)


class TogetherHandler(Handler):
    async def post(self) -> None:
        wanted = self.body(TogetherRequest)
        begun = await self.call(self.station.record_together, wanted.session_ids, wanted.duration)
        told = [describe(each, self.language) for each in begun]
        self.answer(schema.RecordingList(recordings=told), 201)


class StopHandler(Handler):
    async def post(self) -> None:
        wanted = self.body(StopRequest)
        recording = await self.call(
            self.station.stop_recording, wanted.session_id, wanted.recording_id
        )
        self.answer(describe(recording, self.language))


class ListHandler(Handler):
    async def get(self) -> None:
        known = await self.call(self.station.recordings_listed)
        told = await self.call(lambda: [describe(each, self.language) for each in known])
        self.answer(schema.RecordingList(recordings=told))


class StatusHandler(Handler):
    async def get(self, any_id: str) -> None:
        recording = await self.call(self.station.recording, any_id)
        self.answer(describe(recording, self.language))


def describe(recording: Recording, language: str) -> schema.Recording:
    """A recording as the wire shows it."""
    return schema.Recording(
        recording_id=recording.recording_id,
        session_id=recording.session_id,
        state=recording.state.value,
        duration=recording.duration,
        started_at=iso(recording.started_at),
        ends_at=iso(recording.ends_at),
        elapsed=round(recording.elapsed, 3),
        bytes=recording.bytes,
        parts=recording.parts,
        gaps=[schema.Gap(start=gap.start, duration=gap.duration) for gap in recording.gaps],
        filename=recording.filename,
        error=schema.Fault.of(recording.error, language),
    )
