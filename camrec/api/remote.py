"""A camrec that runs elsewhere, over REST."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, unquote

import platformdirs
import requests
from pydantic import BaseModel

from camrec import direct_http, schema
from camrec.address_userinfo import AmbiguousAddress, split_userinfo
from camrec.api.local import load_page_file
from camrec.camera_address import parse_address
from camrec.clock import iso_to_utc_ns
from camrec.errors import (
    CamrecError,
    InputError,
    NotFoundError,
    ServiceError,
    StateError,
    from_response,
)
from camrec.i18n import system_language
from camrec.library import check_filename
from camrec.receipt import Receipt
from camrec.recording import ENDED_RECORDING_STATES
from camrec.station.station import OPEN_SESSION_STATES
from camrec.web import UpstreamProxy

ModelT = TypeVar("ModelT", bound=BaseModel)

SERVER_CONNECT_TIMEOUT_S, SERVER_RESPONSE_TIMEOUT_S = (
    5.0,
    120.0,
)  # seconds; opening a camera and saving a recording take their time
RECORDING_POLL_INTERVAL_S = 0.25  # seconds between two questions whether a recording is over
VIDEO_DOWNLOAD_CHUNK_BYTES = 1 << 20  # bytes
OPEN_SESSION_STATE_VALUES = {state.value for state in OPEN_SESSION_STATES}
ENDED_RECORDING_STATE_VALUES = {state.value for state in ENDED_RECORDING_STATES}
# The status of errors that a recording ended with; those of the recorder itself are 503.
STATUS_BY_ERROR_CODE = {
    "recording_empty": 422,
    "recording_no_key_frame": 422,
    "recording_cancelled": 409,
    "recording_missed": 409,
    "disk_full": 507,
}


class RemoteBackend:
    """What `backend.Backend` says, over REST. A camera and a recording are what was told last.

    Parameters
    ----------
    url
        ``http://127.0.0.1:8000``, with the path where camrec is below one. A user and a password in
        it are for a server in front of camrec.
    token
        Where camrec asks for one.

    Raises
    ------
    ServiceError
        ``no_camrec``: nothing answers there, or something else. Of every call.
    """

    def __init__(self, url: str, token: str | None) -> None:
        self.url, userinfo = _strip_userinfo(url)
        self.language = system_language()
        self._headers = {"Accept-Language": self.language}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        elif userinfo:
            pair = base64.b64encode(unquote(userinfo).encode()).decode()
            self._headers["Authorization"] = f"Basic {pair}"
        self._proxy: UpstreamProxy | None = None
        self._lock = threading.Lock()
        self._request("GET", "/health")

    def end(self) -> None:
        """Show nothing any more; what is open and recorded there goes on."""
        with self._lock:
            relay, self._proxy = self._proxy, None
        if relay is not None:
            relay.stop()

    @property
    def page_url(self) -> str:
        return self._ensure_proxy().url

    @property
    def record_url(self) -> str:
        return self._ensure_proxy().record_url

    def _ensure_proxy(self) -> UpstreamProxy:
        with self._lock:
            if self._proxy is None:
                self._proxy = UpstreamProxy(self.url, self._headers, load_page_file)
            return self._proxy

    # Cameras.

    def open(self, url: str, name: str | None) -> schema.SessionReply:
        address = parse_address(url).url
        for camera in self.cameras():
            if camera.url == address:
                return camera
        wanted = {"url": url} if name is None else {"url": url, "name": name}
        return self._request_model(schema.SessionReply, "POST", "/session/open", json=wanted)

    def cameras(self) -> list[schema.SessionReply]:
        listed = self._request_model(schema.SessionListReply, "GET", "/session/list")
        return [camera for camera in listed.sessions if camera.state in OPEN_SESSION_STATE_VALUES]

    def camera(self, camera: schema.SessionReply) -> schema.SessionReply:
        listed = self._request_model(schema.SessionListReply, "GET", "/session/list").sessions
        found = [each for each in listed if each.session_id == camera.session_id]
        return _update_model(camera, found[0]) if found else _update_model(camera, state="closed")

    def snapshot(self, camera: schema.SessionReply) -> tuple[int, bytes]:
        reply = self._request("GET", f"/snapshot?session_id={camera.session_id}")
        return iso_to_utc_ns(reply.headers["Captured-At"]), reply.content

    def close(self, camera: schema.SessionReply) -> None:
        with suppress(NotFoundError):  # it was closed before
            self._request("POST", "/session/close", json={"session_id": camera.session_id})
        _update_model(camera, state="closed")

    # Recordings.

    def record(
        self, camera: schema.SessionReply, duration: int, name: str | None
    ) -> schema.RecordingReply:
        wanted: dict[str, Any] = {"session_id": camera.session_id, "duration": duration}
        if name is not None:
            wanted["name"] = name
        return self._request_model(schema.RecordingReply, "POST", "/record/start", json=wanted)

    def record_together(
        self, cameras: Sequence[schema.SessionReply], duration: int
    ) -> list[schema.RecordingReply]:
        wanted = {"session_ids": [each.session_id for each in cameras], "duration": duration}
        begun = self._request_model(
            schema.RecordingListReply, "POST", "/record/together", json=wanted
        )
        return begun.recordings

    def latest_recording(self, camera: schema.SessionReply) -> schema.RecordingReply | None:
        try:
            return self._recording_status(camera.session_id)
        except NotFoundError:
            return None

    def recordings(self, camera: schema.SessionReply) -> list[schema.RecordingReply]:
        listed = self._request_model(schema.RecordingListReply, "GET", "/record/list").recordings
        return [each for each in listed if each.session_id == camera.session_id]

    def recording(self, recording: schema.RecordingReply) -> schema.RecordingReply:
        if recording.state not in ENDED_RECORDING_STATE_VALUES:
            _update_model(recording, self._recording_status(recording.recording_id))
        return recording

    def wait(self, recording: schema.RecordingReply, timeout: float | None) -> bool:
        end = None if timeout is None else time.monotonic() + timeout
        while self.recording(recording).state not in ENDED_RECORDING_STATE_VALUES:
            left = (
                RECORDING_POLL_INTERVAL_S
                if end is None
                else min(RECORDING_POLL_INTERVAL_S, end - time.monotonic())
            )
            if left <= 0:
                return False
            time.sleep(left)
        if recording.error is not None:
            code, message = recording.error.code, recording.error.message
            raise from_response(STATUS_BY_ERROR_CODE.get(code, ServiceError.status), code, message)
        return True

    def stop_recording(self, recording: schema.RecordingReply) -> None:
        wanted = {"recording_id": recording.recording_id}
        try:
            _update_model(
                recording,
                self._request_model(schema.RecordingReply, "POST", "/record/stop", json=wanted),
            )
        except StateError:
            self.recording(recording)  # it was over before

    def _recording_status(self, any_id: str) -> schema.RecordingReply:
        return self._request_model(schema.RecordingReply, "GET", f"/record/status/{any_id}")

    # Videos.

    def playback_url(self, video: RemoteVideo) -> tuple[str, bool]:
        return self.page_url, True

    def video(self, filename: str) -> RemoteVideo:
        for video in self.videos():
            if video.filename == filename:
                return video
        raise NotFoundError("no_video", filename=filename)

    def videos(self) -> list[RemoteVideo]:
        listed = self._request_model(schema.VideoListReply, "GET", "/videos").videos
        return [RemoteVideo(self, video) for video in listed]

    def receipt(self, filename: str) -> Receipt | None:
        try:
            return self._request_model(Receipt, "GET", f"/receipts/{quote(filename)}")
        except StateError:
            return None

    def fetch_video(self, filename: str, size: int) -> Path:
        """The file as it is there, kept in the user's cache; the receipt beside it.

        Raises InputError (``bad_filename``): a name that leads out of the cache's folder is none.
        """
        place = sha256(self.url.encode()).hexdigest()[:12]
        folder = platformdirs.user_cache_path("camrec", appauthor=False) / "videos" / place
        path = folder / check_filename(filename)
        with self._lock:
            if path.is_file() and path.stat().st_size == size:
                return path
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(".part")
            try:
                with (
                    self._request("GET", f"/videos/{quote(filename)}", stream=True) as reply,
                    fresh.open("wb") as file,
                ):
                    for chunk in reply.iter_content(VIDEO_DOWNLOAD_CHUNK_BYTES):
                        file.write(chunk)
            except requests.RequestException:
                raise ServiceError("no_camrec", url=self.url) from None
            if receipt := self.receipt(filename):
                receipt.write(path.with_suffix(".json"))
            return fresh.replace(path)

    # The wire.

    def _request_model(self, model: type[ModelT], method: str, path: str, **more: Any) -> ModelT:
        return model.model_validate_json(self._request(method, path, **more).content)

    def _request(self, method: str, path: str, **more: Any) -> requests.Response:
        try:
            reply = direct_http.request(
                method,
                self.url + path,
                headers=self._headers,
                timeout=(SERVER_CONNECT_TIMEOUT_S, SERVER_RESPONSE_TIMEOUT_S),
                **more,
            )
        except requests.RequestException:
            raise ServiceError("no_camrec", url=self.url) from None
        if reply.ok:
            return reply
        raise self._error_from_response(reply)

    def _error_from_response(self, reply: requests.Response) -> CamrecError:
        try:
            fault = schema.ErrorReply.model_validate_json(reply.content).error
        except ValueError:
            return ServiceError("no_camrec", url=self.url)
        return from_response(reply.status_code, fault.code, fault.message)


class RemoteVideo:
    """A video there, with all that `library.Video` has; its file comes when it is asked for."""

    def __init__(self, wire: RemoteBackend, video: schema.VideoReply) -> None:
        self._backend = wire
        self.filename = video.filename
        self.name = video.name
        self.camera = video.camera
        self.started_at = iso_to_utc_ns(video.started_at)
        self.duration = video.duration
        self.size = video.size
        self.width = video.width
        self.height = video.height
        self.video_codec = video.video_codec
        self.audio_codec = video.audio_codec
        self.playable = video.playable
        self.locked = video.locked

    @cached_property
    def receipt(self) -> Receipt | None:
        return self._backend.receipt(self.filename)

    @cached_property
    def path(self) -> Path:
        return self._backend.fetch_video(self.filename, self.size)


def _strip_userinfo(url: str) -> tuple[str, str | None]:
    """What may be shown, and what logs in.

    Raises InputError (``address_scheme``, ``address_ambiguous``).
    """
    if not url.startswith(("http://", "https://")):
        raise InputError("address_scheme")
    scheme, _, rest = url.rstrip("/").partition("://")
    try:
        userinfo, after = split_userinfo(rest)
    except AmbiguousAddress:
        raise InputError("address_ambiguous") from None
    return f"{scheme}://{after}", userinfo


def _update_model(known: ModelT, newer: ModelT | None = None, **changes: Any) -> ModelT:
    """Put what was told now in the place of what was told before."""
    told_now = {name: getattr(newer, name) for name in type(known).model_fields} if newer else {}
    for name, value in {**told_now, **changes}.items():
        setattr(known, name, value)
    return known
