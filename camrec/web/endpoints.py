"""Every address of the wire, once: the server's routes and the OpenAPI document are made of it."""

from __future__ import annotations

import json
from functools import lru_cache

from camrec import schema
from camrec.receipt import Receipt
from camrec.web import openapi, request_models
from camrec.web.endpoint import Address, Call
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
from camrec.web.handlers.base import Handler


class OpenApiHandler(Handler):
    """The table itself, for programs."""

    def get(self) -> None:
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.write(written())


@lru_cache(maxsize=1)
def written() -> bytes:
    return json.dumps(openapi.document(TABLE)).encode()


TABLE = (
    Address(
        "/health",
        health.HealthHandler,
        (Call("get", "Is everything well?", answer=schema.Health),),
    ),
    Address(
        "/session/open",
        sessions.OpenHandler,
        (
            Call(
                "post",
                "Open a camera; answers once frames have been seen, else nothing is left open",
                request=request_models.OpenRequest,
                answer=schema.Session,
                status=201,
                refusals=(400, 409, 422, 503),
            ),
        ),
    ),
    Address(
        "/session/close",
        sessions.CloseHandler,
        (
            Call(
                "post",
                "Close a camera; a running recording is finished and saved first, scheduled "
                "ones are cancelled",
                request=request_models.CloseRequest,
                answer=schema.ClosedSession,
                refusals=(400, 404),
            ),
        ),
    ),
    Address(
        "/session/{session_id}/report",
        sessions.ReportHandler,
        (
            Call(
                "get",
                "A ZIP file with all that passes between camrec and a camera that failed to open",
                media="application/zip",
                refusals=(404, 409),
            ),
        ),
    ),
    Address(
        "/session/list",
        sessions.ListHandler,
        (Call("get", "The cameras that are open", answer=schema.SessionList),),
    ),
    Address(
        "/stream",
        stream.StreamHandler,
        (
            Call(
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
                refusals=(400, 404),
            ),
        ),
    ),
    Address(
        "/snapshot",
        snapshot.SnapshotHandler,
        (
            Call(
                "get",
                "The newest frame; the header Captured-At says when it was captured",
                media="image/jpeg",
                query={"session_id": {"type": "string"}},
                required=("session_id",),
                refusals=(400, 404, 409),
            ),
        ),
    ),
    Address(
        "/record/start",
        recordings.StartHandler,
        (
            Call(
                "post",
                "Record a camera, now or from a moment on",
                request=request_models.RecordRequest,
                answer=schema.Recording,
                status=201,
                refusals=(400, 404, 409, 503, 507),
            ),
        ),
    ),
    Address(
        "/record/together",
        recordings.TogetherHandler,
        (
            Call(
                "post",
                "Record several cameras from the same moment on: all of them, or none",
                request=request_models.TogetherRequest,
                answer=schema.RecordingList,
                status=201,
                refusals=(400, 404, 409, 503, 507),
            ),
        ),
    ),
    Address(
        "/record/stop",
        recordings.StopHandler,
        (
            Call(
                "post",
                "End a recording early; answers once its video is saved",
                request=request_models.StopRequest,
                answer=schema.Recording,
                refusals=(400, 404, 409, 503, 507),
            ),
        ),
    ),
    Address(
        "/record/list",
        recordings.ListHandler,
        (
            Call(
                "get",
                "The recordings that are scheduled and that run, and the latest hundred that ended",
                answer=schema.RecordingList,
            ),
        ),
    ),
    Address(
        "/record/status/{id}",
        recordings.StatusHandler,
        (
            Call(
                "get",
                "A recording, by its id or its session's for the latest",
                answer=schema.Recording,
                refusals=(404,),
            ),
        ),
    ),
    Address(
        "/videos",
        videos.VideosHandler,
        (Call("get", "The finished videos, newest first", answer=schema.VideoList),),
    ),
    Address(  # before the next one, whose pattern takes it too
        "/videos/{filename}/preview",
        videos.PreviewHandler,
        (
            Call(
                "get",
                "The key frame at a moment of a video or before it, small",
                media="image/jpeg",
                query={"at": {"type": "number", "description": "Seconds from the video's start."}},
                required=("at",),
                refusals=(400, 404),
            ),
        ),
    ),
    Address(
        "/videos/{filename}/times",
        videos.TimesHandler,
        (
            Call(
                "get",
                "The moments of a video's frames",
                answer=schema.Times,
                refusals=(400, 404),
            ),
        ),
    ),
    Address(
        "/archive",
        videos.ArchiveHandler,
        (
            Call(
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
                refusals=(400, 404),
            ),
        ),
    ),
    Address(
        "/videos/{filename}",
        videos.VideoHandler,
        (
            Call(
                "get",
                "A video, or the piece that Range asks for",
                media="video/mp4",
                query={"download": {"enum": ["1"], "description": "As an attachment."}},
                refusals=(400, 404, 416),
            ),
            Call("head", "What a video's GET would answer", refusals=(400, 404)),
            Call(
                "patch",
                "Rename a video, which changes its filename; lock it or unlock it: a locked one is "
                "not deleted for its age or for room",
                request=request_models.VideoRequest,
                answer=schema.Video,
                refusals=(400, 404, 409, 503),
            ),
            Call(
                "delete",
                "Delete a video and its receipt, for good",
                status=204,
                refusals=(400, 404),
            ),
        ),
    ),
    Address(
        "/receipts/{filename}",
        videos.ReceiptHandler,
        (
            Call(
                "get",
                "What is known of a video; messages in the language of Accept-Language",
                answer=Receipt,
                refusals=(400, 404, 409),
            ),
        ),
    ),
    Address(
        "/thumbnails/{filename}",
        videos.ThumbnailHandler,
        (
            Call("get", "A thumbnail of a video", media="image/jpeg", refusals=(400, 404)),
            Call("head", "What a thumbnail's GET would answer", refusals=(400, 404)),
        ),
    ),
    Address(
        "/login",
        login.LoginHandler,
        (
            Call("get", "To the page; where a token is asked for, the page to log in", status=302),
            Call("post", "A cookie for the browser whose token was right", status=204),
        ),
    ),
    Address(
        "/metrics",
        metrics.MetricsHandler,
        (Call("get", "The figures for Prometheus", media="text/plain"),),
    ),
    Address(
        "/openapi.json",
        OpenApiHandler,
        (Call("get", "This document", media="application/json"),),
    ),
)
