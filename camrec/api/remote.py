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
from camrec.api.local import page_file
from camrec.camera_address import parse
from camrec.errors import CamrecError, InputError, NotFoundError, ServiceError, StateError, told
from camrec.i18n import system_language
from camrec.library.filenames import checked
from camrec.library.video import nanoseconds
from camrec.receipt import Receipt
from camrec.station.station import OPEN, OVER
from camrec.web import Relay

T = TypeVar("T", bound=BaseModel)

CONNECT, ANSWER = 5.0, 120.0  # seconds; opening a camera and saving a recording take their time
POLL = 0.25  # seconds between two questions whether a recording is over
CHUNK = 1 << 20  # bytes
OPEN_STATES = {state.value for state in OPEN}
OVER_STATES = {state.value for state in OVER}
# The status of errors that a recording ended with; those of the recorder itself are 503.
ENDED_WITH = {
    "recording_empty": 422,
    "recording_no_key_frame": 422,
    "recording_cancelled": 409,
    "recording_missed": 409,
    "disk_full": 507,
}


class Wire:
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
        self.url, userinfo = _without_userinfo(url)
        self.language = system_language()
        self._headers = {"Accept-Language": self.language}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        elif userinfo:
            pair = base64.b64encode(unquote(userinfo).encode()).decode()
            self._headers["Authorization"] = f"Basic {pair}"
        self._relay: Relay | None = None
        self._lock = threading.Lock()
        self._ask("GET", "/health")

    def end(self) -> None:
        """Show nothing any more; what is open and recorded there goes on."""
        with self._lock:
            relay, self._relay = self._relay, None
        if relay is not None:
            relay.stop()

    @property
    def page_url(self) -> str:
        return self._relayed().url

    @property
    def record_url(self) -> str:
        return self._relayed().record_url

    def _relayed(self) -> Relay:
        with self._lock:
            if self._relay is None:
                self._relay = Relay(self.url, self._headers, page_file)
            return self._relay

    # Cameras.

    def open(self, url: str, name: str | None) -> schema.Session:
        address = parse(url).url
        for camera in self.cameras():
            if camera.url == address:
                return camera
        wanted = {"url": url} if name is None else {"url": url, "name": name}
        return self._read(schema.Session, "POST", "/session/open", json=wanted)

    def cameras(self) -> list[schema.Session]:
        listed = self._read(schema.SessionList, "GET", "/session/list")
        return [camera for camera in listed.sessions if camera.state in OPEN_STATES]

    def camera(self, camera: schema.Session) -> schema.Session:
        listed = self._read(schema.SessionList, "GET", "/session/list").sessions
        found = [each for each in listed if each.session_id == camera.session_id]
        return _renew(camera, found[0]) if found else _renew(camera, state="closed")

    def snapshot(self, camera: schema.Session) -> tuple[int, bytes]:
        reply = self._ask("GET", f"/snapshot?session_id={camera.session_id}")
        return nanoseconds(reply.headers["Captured-At"]), reply.content

    def close(self, camera: schema.Session) -> None:
        with suppress(NotFoundError):  # it was closed before
            self._ask("POST", "/session/close", json={"session_id": camera.session_id})
        _renew(camera, state="closed")

    # Recordings.

    def record(self, camera: schema.Session, duration: int, name: str | None) -> schema.Recording:
        wanted: dict[str, Any] = {"session_id": camera.session_id, "duration": duration}
        if name is not None:
            wanted["name"] = name
        return self._read(schema.Recording, "POST", "/record/start", json=wanted)

    def record_together(
        self, cameras: Sequence[schema.Session], duration: int
    ) -> list[schema.Recording]:
        wanted = {"session_ids": [each.session_id for each in cameras], "duration": duration}
        begun = self._read(schema.RecordingList, "POST", "/record/together", json=wanted)
        return begun.recordings

    def latest(self, camera: schema.Session) -> schema.Recording | None:
        try:
            return self._status(camera.session_id)
        except NotFoundError:
            return None

    def recordings(self, camera: schema.Session) -> list[schema.Recording]:
        listed = self._read(schema.RecordingList, "GET", "/record/list").recordings
        return [each for each in listed if each.session_id == camera.session_id]

    def recording(self, recording: schema.Recording) -> schema.Recording:
        if recording.state not in OVER_STATES:
            _renew(recording, self._status(recording.recording_id))
        return recording

    def wait(self, recording: schema.Recording, timeout: float | None) -> bool:
        end = None if timeout is None else time.monotonic() + timeout
        while self.recording(recording).state not in OVER_STATES:
            left = POLL if end is None else min(POLL, end - time.monotonic())
            if left <= 0:
                return False
            time.sleep(left)
        if recording.error is not None:
            code, message = recording.error.code, recording.error.message
            raise told(ENDED_WITH.get(code, ServiceError.status), code, message)
        return True

    def stop_recording(self, recording: schema.Recording) -> None:
        wanted = {"recording_id": recording.recording_id}
        try:
            _renew(recording, self._read(schema.Recording, "POST", "/record/stop", json=wanted))
        except StateError:
            self.recording(recording)  # it was over before

    def _status(self, any_id: str) -> schema.Recording:
        return self._read(schema.Recording, "GET", f"/record/status/{any_id}")

    # Videos.

    def film_url(self, video: WireVideo) -> tuple[str, bool]:
        return self.page_url, True

    def video(self, filename: str) -> WireVideo:
        for video in self.videos():
            if video.filename == filename:
                return video
        raise NotFoundError("no_video", filename=filename)

    def videos(self) -> list[WireVideo]:
        listed = self._read(schema.VideoList, "GET", "/videos").videos
        return [WireVideo(self, video) for video in listed]

    def receipt(self, filename: str) -> Receipt | None:
        try:
            return self._read(Receipt, "GET", f"/receipts/{quote(filename)}")
        except StateError:
            return None

    def fetch(self, filename: str, size: int) -> Path:
        """The file as it is there, kept in the user's cache; the receipt beside it.

        Raises InputError (``bad_filename``): a name that leads out of the cache's folder is none.
        """
        place = sha256(self.url.encode()).hexdigest()[:12]
        folder = platformdirs.user_cache_path("camrec", appauthor=False) / "videos" / place
        path = folder / checked(filename)
        with self._lock:
            if path.is_file() and path.stat().st_size == size:
                return path
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(".part")
            try:
                with (
                    self._ask("GET", f"/videos/{quote(filename)}", stream=True) as reply,
                    fresh.open("wb") as file,
                ):
                    for chunk in reply.iter_content(CHUNK):
                        file.write(chunk)
            except requests.RequestException:
                raise ServiceError("no_camrec", url=self.url) from None
            if receipt := self.receipt(filename):
                receipt.write(path.with_suffix(".json"))
            return fresh.replace(path)

    # The wire.

    def _read(self, model: type[T], method: str, path: str, **more: Any) -> T:
        return model.model_validate_json(self._ask(method, path, **more).content)

    def _ask(self, method: str, path: str, **more: Any) -> requests.Response:
        try:
            reply = direct_http.request(
                method,
                self.url + path,
                headers=self._headers,
                timeout=(CONNECT, ANSWER),
                **more,
            )
        except requests.RequestException:
            raise ServiceError("no_camrec", url=self.url) from None
        if reply.ok:
            return reply
        raise self._refusal(reply)

    def _refusal(self, reply: requests.Response) -> CamrecError:
        try:
            fault = schema.ErrorReply.model_validate_json(reply.content).error
        except ValueError:
            return ServiceError("no_camrec", url=self.url)
        return told(reply.status_code, fault.code, fault.message)


class WireVideo:
    """A video there, with all that `library.Video` has; its file comes when it is asked for."""

    def __init__(self, wire: Wire, video: schema.Video) -> None:
        self._wire = wire
        self.filename = video.filename
        self.name = video.name
        self.camera = video.camera
        self.started_at = nanoseconds(video.started_at)
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
        return self._wire.receipt(self.filename)

    @cached_property
    def path(self) -> Path:
        return self._wire.fetch(self.filename, self.size)


def _without_userinfo(url: str) -> tuple[str, str | None]:
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


def _renew(known: T, newer: T | None = None, **changes: Any) -> T:
    """Put what was told now in the place of what was told before."""
    told_now = {name: getattr(newer, name) for name in type(known).model_fields} if newer else {}
    for name, value in {**told_now, **changes}.items():
        setattr(known, name, value)
    return known
