"""The table of all endpoints: the server's routes and the OpenAPI document come from it.

docs/wire.md specifies the endpoints for people, and the messages of ``/stream``.
"""

from __future__ import annotations

import json
from functools import lru_cache

from camrec import schema
from camrec.receipt import Receipt
from camrec.web import openapi, plan_requests, request_models
from camrec.web.endpoint import Endpoint, Operation
from camrec.web.handlers import (
    alerts,
    cameras,
    changes,
    coded_clock,
    events,
    health,
    login,
    metrics,
    plans,
    recordings,
    sessions,
    snapshot,
    stream,
    videos,
)
from camrec.web.handlers.base import ApiHandler


class OpenApiHandler(ApiHandler):
    """``GET /openapi.json``"""

    def get(self) -> None:
        """Send the document that describes all endpoints."""
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.write(openapi_json())


@lru_cache(maxsize=1)
def openapi_json() -> bytes:
    """Return the OpenAPI document as JSON."""
    return json.dumps(openapi.build_document(ENDPOINTS)).encode()


ENDPOINTS = (
    Endpoint(
        "/health",
        health.HealthHandler,
        (Operation("get", "Whether everything works", reply=schema.HealthReply),),
    ),
    Endpoint(
        "/session/open",
        sessions.OpenCameraHandler,
        (
            Operation(
                "post",
                "Open a camera; responds once frames have arrived, otherwise nothing stays open",
                request=request_models.OpenRequest,
                reply=schema.SessionReply,
                status=201,
                error_statuses=(400, 409, 422, 503),
            ),
        ),
    ),
    Endpoint(
        "/session/close",
        sessions.CloseCameraHandler,
        (
            Operation(
                "post",
                "Close a camera; a running recording is saved first, scheduled ones are cancelled",
                request=request_models.CloseRequest,
                reply=schema.ClosedSessionReply,
                error_statuses=(400, 404),
            ),
        ),
    ),
    Endpoint(
        "/session/{session_id}/report",
        sessions.CameraReportHandler,
        (
            Operation(
                "get",
                "A ZIP file with all data between camrec and a camera that failed to open",
                media="application/zip",
                error_statuses=(404, 409),
            ),
        ),
    ),
    Endpoint(
        "/session/list",
        sessions.SessionListHandler,
        (Operation("get", "The open cameras", reply=schema.SessionListReply),),
    ),
    Endpoint(
        "/cameras",
        cameras.CameraListHandler,
        (
            Operation(
                "get",
                "The cameras that camrec knows, open or not; the one that was opened last is first",
                reply=schema.CameraListReply,
            ),
        ),
    ),
    Endpoint(
        "/cameras/{camera_id}",
        cameras.CameraHandler,
        (
            Operation(
                "patch",
                "Rename a camera, give it another address or clock, store its measured delay, or "
                "let it stay: it is then opened again at each start; an open camera keeps its "
                "address",
                request=request_models.CameraRequest,
                reply=schema.CameraReply,
                error_statuses=(400, 404, 409, 503),
            ),
            Operation(
                "delete",
                "Remove a camera that is not open, and its password; its videos stay",
                status=204,
                error_statuses=(404, 409, 503),
            ),
        ),
    ),
    Endpoint(
        "/plans",
        plans.PlansHandler,
        (
            Operation("get", "All plans, the oldest first", reply=schema.PlanListReply),
            Operation(
                "post",
                "Add a plan: a standing order to record cameras on some days, from a start to an "
                "end",
                request=plan_requests.PlanRequest,
                reply=schema.PlanReply,
                status=201,
                error_statuses=(400, 404, 409, 503),
            ),
        ),
    ),
    Endpoint(
        "/plans/calendar",
        plans.PlanCalendarHandler,
        (
            Operation(
                "get",
                "What was, is and will be recorded by plans and by recordings with start_at, and "
                "what that leaves on the disk; both days are included",
                reply=schema.CalendarReply,
                query={
                    "from": {"type": "string", "format": "date"},
                    "to": {"type": "string", "format": "date"},
                },
                required=("from", "to"),
                error_statuses=(400,),
            ),
        ),
    ),
    Endpoint(
        "/plans/{plan_id}",
        plans.PlanHandler,
        (
            Operation("get", "A plan", reply=schema.PlanReply, error_statuses=(404,)),
            Operation(
                "patch",
                "Change, pause or resume a plan; what runs finishes",
                request=plan_requests.PlanChangeRequest,
                reply=schema.PlanReply,
                error_statuses=(400, 404, 409, 503),
            ),
            Operation(
                "delete",
                "Remove a plan; what runs finishes",
                status=204,
                error_statuses=(404, 503),
            ),
        ),
    ),
    Endpoint(
        "/stream",
        stream.StreamHandler,
        (
            Operation(
                "get",
                "WebSocket: each binary message is one JPEG",
                status=101,
                query={
                    "session_id": {"type": "string"},
                    "width": {
                        "type": "integer",
                        "minimum": 1,
                        "maximum": 99_999,
                        "description": "Pixels that the client can show: JPEGs that camrec encodes "
                        "are at least as wide, or as wide as the camera's own frames.",
                    },
                    "mode": {
                        "enum": ["page", "h264"],
                        "description": "page: JPEGs, each with a header; h264: frames as the "
                        "camera encoded them. The client acknowledges frames and gets a status "
                        "once a second. docs/wire.md specifies the headers and messages.",
                    },
                },
                required=("session_id",),
                error_statuses=(400, 404),
            ),
        ),
    ),
    Endpoint(
        "/snapshot",
        snapshot.SnapshotHandler,
        (
            Operation(
                "get",
                "The newest frame; the header Captured-At says when it was captured",
                media="image/jpeg",
                query={"session_id": {"type": "string"}},
                required=("session_id",),
                error_statuses=(400, 404, 409),
            ),
        ),
    ),
    Endpoint(
        "/record/start",
        recordings.StartRecordingHandler,
        (
            Operation(
                "post",
                "Record a camera, now or from a given time, for a while or until it is stopped",
                request=request_models.RecordRequest,
                reply=schema.RecordingReply,
                status=201,
                error_statuses=(400, 404, 409, 503, 507),
            ),
        ),
    ),
    Endpoint(
        "/record/together",
        recordings.RecordTogetherHandler,
        (
            Operation(
                "post",
                "Record several cameras from the same moment: all of them, or none",
                request=request_models.TogetherRequest,
                reply=schema.RecordingListReply,
                status=201,
                error_statuses=(400, 404, 409, 503, 507),
            ),
        ),
    ),
    Endpoint(
        "/record/stop",
        recordings.StopRecordingHandler,
        (
            Operation(
                "post",
                "End a recording early; responds once its video is saved",
                request=request_models.StopRequest,
                reply=schema.RecordingReply,
                error_statuses=(400, 404, 409, 503, 507),
            ),
        ),
    ),
    Endpoint(
        "/record/list",
        recordings.RecordingListHandler,
        (
            Operation(
                "get",
                "The scheduled and running recordings, and the latest hundred that ended",
                reply=schema.RecordingListReply,
            ),
        ),
    ),
    Endpoint(
        "/record/status/{id}",
        recordings.RecordingStatusHandler,
        (
            Operation(
                "get",
                "A recording by its id, or the latest recording of a session by the session's id",
                reply=schema.RecordingReply,
                error_statuses=(404,),
            ),
        ),
    ),
    Endpoint(  # after the fixed paths, which its pattern matches too
        "/record/{recording_id}",
        recordings.ChangeRecordingHandler,
        (
            Operation(
                "patch",
                "Let a recording end at another time, or only when it is stopped",
                request=request_models.EndRequest,
                reply=schema.RecordingReply,
                error_statuses=(400, 404, 409, 507),
            ),
        ),
    ),
    Endpoint(
        "/events",
        events.EventsHandler,
        (
            Operation(
                "post",
                "Mark an event in recordings; responds once it is on the disk",
                request=request_models.MarkRequest,
                reply=schema.EventListReply,
                status=201,
                error_statuses=(400, 404, 409, 503),
            ),
            Operation(
                "get",
                "The events of a recording, whether it still runs or not",
                reply=schema.EventListReply,
                query={"recording_id": {"type": "string"}},
                required=("recording_id",),
                error_statuses=(400, 404),
            ),
        ),
    ),
    Endpoint(
        "/events/{event_id}",
        events.EventHandler,
        (
            Operation(
                "patch",
                "Change an event, of a recording that runs or of a finished video",
                request=request_models.EventChangeRequest,
                reply=schema.EventReply,
                error_statuses=(400, 404, 409, 503),
            ),
            Operation("delete", "Delete an event", status=204, error_statuses=(404, 409, 503)),
        ),
    ),
    Endpoint(
        "/changes",
        changes.ChangesHandler,
        (
            Operation(
                "get",
                "Each change of cameras, recordings, videos, plans, alerts and settings, as "
                "server-sent events; the header Last-Event-ID continues after an event",
                media="text/event-stream",
                error_statuses=(429,),
            ),
        ),
    ),
    Endpoint(
        "/alerts",
        alerts.AlertListHandler,
        (
            Operation(
                "get",
                "What needed a person in the last 90 days; what was noticed last is first",
                reply=schema.AlertListReply,
            ),
        ),
    ),
    Endpoint(
        "/alerts/seen",
        alerts.AlertsSeenHandler,
        (
            Operation(
                "post",
                "Mark alerts as seen",
                request=request_models.SeenRequest,
                reply=schema.AlertListReply,
                error_statuses=(400, 404, 503),
            ),
        ),
    ),
    Endpoint(
        "/videos",
        videos.VideosHandler,
        (
            Operation(
                "get",
                "The finished videos, newest first",
                reply=schema.VideoListReply,
                query={
                    "evicted": {
                        "enum": ["true", "false"],
                        "description": "Whether to list also the videos that retention has "
                        "deleted and that left their receipts.",
                    }
                },
                error_statuses=(400,),
            ),
        ),
    ),
    Endpoint(
        "/videos/{filename}/preview",
        videos.PreviewHandler,
        (
            Operation(
                "get",
                "A small JPEG of the key frame at a time of the video, or the last one before it",
                media="image/jpeg",
                query={"at": {"type": "number", "description": "Seconds from the video's start."}},
                required=("at",),
                error_statuses=(400, 404),
            ),
        ),
    ),
    Endpoint(
        "/videos/{filename}/times",
        videos.TimesHandler,
        (
            Operation(
                "get",
                "The times of a video's frames",
                reply=schema.FrameTimesReply,
                error_statuses=(400, 404),
            ),
        ),
    ),
    Endpoint(
        "/videos/{filename}/events",
        events.VideoEventsHandler,
        (
            Operation(
                "get",
                "The events of a video, each with the number of its frame",
                reply=schema.VideoEventListReply,
                error_statuses=(400, 404),
            ),
            Operation(
                "post",
                "Mark an event in a finished video",
                request=request_models.MarkVideoRequest,
                reply=schema.VideoEventReply,
                status=201,
                error_statuses=(400, 404, 409, 503),
            ),
        ),
    ),
    Endpoint(
        "/videos/{filename}/events.vtt",
        events.EventTrackHandler,
        (
            Operation(
                "get",
                "The events of a video as a WebVTT track",
                media="text/vtt",
                query={"download": {"enum": ["1"], "description": "As an attachment."}},
                error_statuses=(400, 404),
            ),
        ),
    ),
    Endpoint(
        "/archive",
        videos.ArchiveHandler,
        (
            Operation(
                "get",
                "Several videos in one ZIP file",
                media="application/zip",
                query={
                    "video": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "A filename, once for each video.",
                    }
                },
                required=("video",),
                error_statuses=(400, 404),
            ),
        ),
    ),
    Endpoint(
        "/videos/{filename}",
        videos.VideoHandler,
        (
            Operation(
                "get",
                "A video, or the range of it that the header Range selects",
                media="video/mp4",
                query={"download": {"enum": ["1"], "description": "As an attachment."}},
                error_statuses=(400, 404, 416),
            ),
            Operation("head", "The headers of a video", error_statuses=(400, 404)),
            Operation(
                "patch",
                "Rename a video, which changes its filename; lock or unlock it: retention does not "
                "delete a locked video",
                request=request_models.VideoRequest,
                reply=schema.VideoReply,
                error_statuses=(400, 404, 409, 503),
            ),
            Operation(
                "delete",
                "Delete a video and its receipt permanently, or the receipt of an evicted video",
                status=204,
                error_statuses=(400, 404),
            ),
        ),
    ),
    Endpoint(
        "/receipts/{filename}",
        videos.ReceiptHandler,
        (
            Operation(
                "get",
                "The receipt of a video, with messages in the language of Accept-Language",
                reply=Receipt,
                error_statuses=(400, 404, 409),
            ),
        ),
    ),
    Endpoint(
        "/thumbnails/{filename}",
        videos.ThumbnailHandler,
        (
            Operation(
                "get", "A thumbnail of a video", media="image/jpeg", error_statuses=(400, 404)
            ),
            Operation("head", "The headers of a thumbnail", error_statuses=(400, 404)),
        ),
    ),
    Endpoint(
        "/login",
        login.LoginHandler,
        (
            Operation(
                "get",
                "Redirects to the page; if a token is required, the page to log in",
                status=302,
            ),
            Operation("post", "Sets the cookie of a browser that sent the right token", status=204),
        ),
    ),
    Endpoint(
        "/calibrate",
        coded_clock.CodedClockHandler,
        (
            Operation(
                "get",
                "The page with the coded clock that cameras film to be calibrated",
                media="text/html",
            ),
        ),
    ),
    Endpoint(
        "/metrics",
        metrics.MetricsHandler,
        (Operation("get", "Metrics for Prometheus", media="text/plain"),),
    ),
    Endpoint(
        "/openapi.json",
        OpenApiHandler,
        (Operation("get", "This document", media="application/json"),),
    ),
)
