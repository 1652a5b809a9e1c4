"""The endpoints under ``/record``: start, start several together, stop, list, status."""

from __future__ import annotations

from camrec import schema
from camrec.replies import describe_recording
from camrec.web.handlers.base import ApiHandler
from camrec.web.request_models import EndRequest, RecordRequest, StopRequest, TogetherRequest


class StartRecordingHandler(ApiHandler):
    """``POST /record/start``"""

    async def post(self) -> None:
        """Start a recording, or schedule it."""
        request = self.body(RecordRequest)
        options = (
            request.duration,
            request.name,
            request.parse_start(),
            request.parse_details(),
            request.video_length,
        )
        if request.camera_id is not None:
            by_camera = self.station.scheduled_cameras.start
            recording = await self.call(by_camera, request.camera_id, *options)
        else:
            by_session = self.station.recordings.start
            recording = await self.call(by_session, request.session_id or "", *options)
        self.send_reply(describe_recording(recording, self.language), 201)


class RecordTogetherHandler(ApiHandler):
    """``POST /record/together``"""

    async def post(self) -> None:
        """Start to record several cameras at the same moment, now or later, or none of them."""
        request = self.body(TogetherRequest)
        recordings = await self.call(
            self.station.recordings.start_together,
            request.session_ids,
            request.duration,
            request.name,
            request.parse_start(),
            request.parse_details(),
            request.video_length,
        )
        replies = [describe_recording(each, self.language) for each in recordings]
        self.send_reply(schema.RecordingListReply(recordings=replies), 201)


class ChangeRecordingHandler(ApiHandler):
    """``PATCH /record/ID``"""

    async def patch(self, recording_id: str) -> None:
        """Let a recording end at another time."""
        ends_at = self.body(EndRequest).parse_end()
        recording = await self.call(self.station.recordings.change_end, recording_id, ends_at)
        self.send_reply(describe_recording(recording, self.language))


class StopRecordingHandler(ApiHandler):
    """``POST /record/stop``"""

    async def post(self) -> None:
        """End a recording, and respond when its video is saved."""
        request = self.body(StopRequest)
        recording = await self.call(
            self.station.recordings.stop, request.session_id, request.recording_id
        )
        self.send_reply(describe_recording(recording, self.language))


class RecordingListHandler(ApiHandler):
    """``GET /record/list``"""

    async def get(self) -> None:
        """Send all recordings that the station knows."""
        language = self.language
        recordings = await self.call(self.station.recordings.listed)
        replies = await self.call(
            lambda: [describe_recording(each, language) for each in recordings]
        )
        self.send_reply(schema.RecordingListReply(recordings=replies))


class RecordingStatusHandler(ApiHandler):
    """``GET /record/status/ID``"""

    async def get(self, any_id: str) -> None:
        """Send the recording with this id, or the latest one of the session with this id."""
        recording = await self.call(self.station.recordings.get, any_id)
        self.send_reply(describe_recording(recording, self.language))
