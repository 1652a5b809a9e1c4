"""Every address of the wire, once: the server's routes and the OpenAPI document are made of it."""

from __future__ import annotations

import json
from functools import lru_cache

from camrec import schema
from camrec.receipt import Receipt
from camrec.web import openapi, request_models
from camrec.web.endpoint import Endpoint, Operation
from camrec.web.handlers import (
    health,
    login,
    metrics,
    recordings,
    sessions,
    snapshot,
    stream,
    videos,
)
from camrec.web.handlers.base import ApiHandler


class OpenApiHandler(ApiHandler):
    """The table itself, for programs."""

    def get(self) -> None:
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.write(openapi_json())


@lru_cache(maxsize=1)
def openapi_json() -> bytes:
    return json.dumps(openapi.build_document(ENDPOINTS)).encode()


ENDPOINTS = (
    Endpoint(
        "/health",
        health.HealthHandler,
        (Operation("get", "Is everything well?", answer=schema.HealthReply),),
    ),
    Endpoint(
        "/session/open",
        sessions.OpenCameraHandler,
        (
            Operation(
                "post",
                "Open a camera; answers once frames have been seen, else nothing is left open",
                request=request_models.OpenRequest,
                answer=schema.SessionReply,
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
                "Close a camera; a running recording is finished and saved first, scheduled "
                "ones are cancelled",
                request=request_models.CloseRequest,
                answer=schema.ClosedSessionReply,
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
                "A ZIP file with all that passes between camrec and a camera that failed to open",
                media="application/zip",
                error_statuses=(404, 409),
            ),
        ),
    ),
    Endpoint(
        "/session/list",
        sessions.SessionListHandler,
        (Operation("get", "The cameras that are open", answer=schema.SessionListReply),),
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
                        "description": "Pixels that the client can show: JPEGs that are made "
                        "here are at least as wide, or as the camera's own frames.",
                    },
                    "mode": {
                        "enum": ["page", "h264"],
                        "description": "page: in front of each JPEG 16 bytes, little endian: "
                        "capture time (u64, UTC in microseconds) and number of the frame (u64); "
                        "each is answered with the text ok. h264: frames as the camera coded "
                        "them, behind 24 bytes: the same and flags (u64: 1 key, 2 to be decoded "
                        "and not shown, 4 a JPEG), each answered when it is decoded; a text "
                        "message with codec, width and height goes before them. An answer may "
                        "speak of several: ok 3 4 for three, and the next after four more at "
                        "the latest, or 64 KB, or half a second. Both: once a second a text "
                        "message with now, video_codec, width, height, fps, bit_rate, lost, age, "
                        "retries, viewers, recorded, recording, free_bytes, room_bytes, "
                        "file_bit_rate, max_seconds and lag.",
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
                "Record a camera, now or from a moment on",
                request=request_models.RecordRequest,
                answer=schema.RecordingReply,
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
                "Record several cameras from the same moment on: all of them, or none",
                request=request_models.TogetherRequest,
                answer=schema.RecordingListReply,
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
                "End a recording early; answers once its video is saved",
                request=request_models.StopRequest,
                answer=schema.RecordingReply,
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
                "The recordings that are scheduled and that run, and the latest hundred that ended",
                answer=schema.RecordingListReply,
            ),
        ),
    ),
    Endpoint(
        "/record/status/{id}",
        recordings.RecordingStatusHandler,
        (
            Operation(
                "get",
                "A recording, by its id or its session's for the latest",
                answer=schema.RecordingReply,
                error_statuses=(404,),
            ),
        ),
    ),
    Endpoint(
        "/videos",
        videos.VideosHandler,
        (Operation("get", "The finished videos, newest first", answer=schema.VideoListReply),),
    ),
    Endpoint(  # before the next one, whose pattern takes it too
        "/videos/{filename}/preview",
        videos.PreviewHandler,
        (
            Operation(
                "get",
                "The key frame at a moment of a video or before it, small",
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
                "The moments of a video's frames",
                answer=schema.FrameTimesReply,
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
                "Several videos in one ZIP",
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
                "A video, or the piece that Range asks for",
                media="video/mp4",
                query={"download": {"enum": ["1"], "description": "As an attachment."}},
                error_statuses=(400, 404, 416),
            ),
            Operation("head", "What a video's GET would answer", error_statuses=(400, 404)),
            Operation(
                "patch",
                "Rename a video, which changes its filename; lock it or unlock it: a locked one is "
                "not deleted for its age or for room",
                request=request_models.VideoRequest,
                answer=schema.VideoReply,
                error_statuses=(400, 404, 409, 503),
            ),
            Operation(
                "delete",
                "Delete a video and its receipt, for good",
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
                "What is known of a video; messages in the language of Accept-Language",
                answer=Receipt,
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
            Operation("head", "What a thumbnail's GET would answer", error_statuses=(400, 404)),
        ),
    ),
    Endpoint(
        "/login",
        login.LoginHandler,
        (
            Operation(
                "get", "To the page; where a token is asked for, the page to log in", status=302
            ),
            Operation("post", "A cookie for the browser whose token was right", status=204),
        ),
    ),
    Endpoint(
        "/metrics",
        metrics.MetricsHandler,
        (Operation("get", "The figures for Prometheus", media="text/plain"),),
    ),
    Endpoint(
        "/openapi.json",
        OpenApiHandler,
        (Operation("get", "This document", media="application/json"),),
    ),
)
