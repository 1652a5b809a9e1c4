"""The endpoints of events: mark, list, change, delete."""

from __future__ import annotations

from camrec import schema
from camrec.library import write_event_track
from camrec.replies import describe_event, describe_video_event
from camrec.web.handlers.base import ApiHandler
from camrec.web.handlers.file import content_disposition
from camrec.web.request_models import EventChangeRequest, MarkRequest, MarkVideoRequest


class EventsHandler(ApiHandler):
    """``/events``"""

    async def post(self) -> None:
        """Mark an event in recordings. It is on the disk when the response is sent."""
        arrived = self.station.clock.monotonic_ns()
        request = self.body(MarkRequest)
        self.send_reply(await self.call(self._mark, request, arrived), 201)

    def _mark(self, request: MarkRequest, arrived: int) -> schema.EventListReply:
        marked = self.station.events.mark(
            request.fields(),
            source=request.source,
            recording_ids=request.recording_ids,
            at=request.parse_at(),
            arrived=arrived,
        )
        return schema.EventListReply(events=[describe_event(*each) for each in marked])

    async def get(self) -> None:
        """Send the events of a recording."""
        self.send_reply(await self.call(self._list, self.get_query_argument("recording_id")))

    def _list(self, recording_id: str) -> schema.EventListReply:
        events = self.station.events.of_recording(recording_id)
        return schema.EventListReply(events=[describe_event(recording_id, e) for e in events])


class EventHandler(ApiHandler):
    """``/events/ID``"""

    async def patch(self, event_id: str) -> None:
        """Change an event."""
        request = self.body(EventChangeRequest)
        recording_id, event = await self.call(
            self.station.events.change, event_id, request.fields()
        )
        self.send_reply(describe_event(recording_id, event))

    async def delete(self, event_id: str) -> None:
        """Delete an event."""
        await self.call(self.station.events.delete, event_id)
        self.set_status(204)


class VideoEventsHandler(ApiHandler):
    """``/videos/FILENAME/events``"""

    async def get(self, filename: str) -> None:
        """Send the events of a video, with the numbers of their frames."""
        self.send_reply(await self.call(self._list, filename))

    def _list(self, filename: str) -> schema.VideoEventListReply:
        recording_id, placed = self.station.events.of_video(filename)
        replies = [describe_video_event(recording_id, each) for each in placed]
        return schema.VideoEventListReply(events=replies)

    async def post(self, filename: str) -> None:
        """Mark an event in a finished video."""
        request = self.body(MarkVideoRequest)
        self.send_reply(await self.call(self._mark, filename, request), 201)

    def _mark(self, filename: str, request: MarkVideoRequest) -> schema.VideoEventReply:
        return describe_video_event(
            *self.station.events.mark_video(
                filename,
                request.fields(),
                source=request.source,
                at=request.parse_at(),
                second=request.second,
            )
        )


class EventTrackHandler(ApiHandler):
    """``GET /videos/FILENAME/events.vtt``"""

    async def get(self, filename: str) -> None:
        """Send the events of a video as a WebVTT track."""
        _, placed = await self.call(self.station.events.of_video, filename)
        self.set_header("Content-Type", "text/vtt; charset=utf-8")
        if self.get_query_argument("download", "") == "1":
            name = filename.rpartition(".")[0] + ".vtt"
            self.set_header("Content-Disposition", content_disposition(name))
        self.write(write_event_track(placed))
