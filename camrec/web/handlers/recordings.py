"""Recordings over REST: start, several at once, stop, status, list."""

from __future__ import annotations

from camrec import schema
from camrec.replies import describe_recording
from camrec.web.handlers.base import ApiHandler
from camrec.web.request_models import RecordRequest, StopRequest, TogetherRequest


class StartRecordingHandler(ApiHandler):
    async def post(self) -> None:
        wanted = self.body(RecordRequest)
        recording = await self.call(
            self.station.recordings.start,
            wanted.session_id,
            wanted.duration,
            wanted.name,
            wanted.parse_start(),
        )
        self.answer(describe_recording(recording, self.language), 201)


class RecordTogetherHandler(ApiHandler):
    async def post(self) -> None:
        wanted = self.body(TogetherRequest)
        begun = await self.call(
            self.station.recordings.start_together, wanted.session_ids, wanted.duration
        )
        told = [describe_recording(each, self.language) for each in begun]
        self.answer(schema.RecordingListReply(recordings=told), 201)


class StopRecordingHandler(ApiHandler):
    async def post(self) -> None:
        wanted = self.body(StopRequest)
        recording = await self.call(
            self.station.recordings.stop, wanted.session_id, wanted.recording_id
        )
        self.answer(describe_recording(recording, self.language))


class RecordingListHandler(ApiHandler):
    async def get(self) -> None:
        known = await self.call(self.station.recordings.listed)
        told = await self.call(lambda: [describe_recording(each, self.language) for each in known])
        self.answer(schema.RecordingListReply(recordings=told))


class RecordingStatusHandler(ApiHandler):
    async def get(self, any_id: str) -> None:
        recording = await self.call(self.station.recordings.get, any_id)
        self.answer(describe_recording(recording, self.language))
