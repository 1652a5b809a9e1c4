"""The backend that uses a running ``camrec serve``, here or on another machine, over REST."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from urllib.parse import quote

from camrec import schema
from camrec.annotations import Details, Event, EventFields
from camrec.api.backend import VideoHandle
from camrec.api.local import EVENT_SOURCE, load_page_file
from camrec.api.remote_library import RemoteLibrary, RemoteVideo
from camrec.api.rest_client import RestClient
from camrec.camera_address import CameraAddress, MaskedUrl, parse_address, restore_address
from camrec.camera_clock import ClockChoice
from camrec.camera_registry import address_identity
from camrec.clock import format_iso, iso_to_utc_ns, monotonic_s
from camrec.errors import NotFoundError, StateError, error_from_code
from camrec.library import PlacedEvent
from camrec.recording import ENDED_RECORDING_STATES
from camrec.session import OPEN_SESSION_STATES
from camrec.web import UpstreamProxy

RECORDING_POLL_INTERVAL_S = 0.25  # between two requests for the state of a recording
OPEN_SESSION_STATE_VALUES = {state.value for state in OPEN_SESSION_STATES}
ENDED_RECORDING_STATE_VALUES = {state.value for state in ENDED_RECORDING_STATES}


class RemoteBackend:
    """A running camrec. Implements `backend.Backend`.

    Parameters
    ----------
    url, token
        See `RestClient`.

    Raises
    ------
    InputError
        ``address_scheme``, ``address_ambiguous``: `url` is not valid.
    ServiceError
        ``no_camrec``: no camrec answers. Every method raises it.
    AccessError
        ``token_wrong``.
    """

    def __init__(self, url: str, token: str | None) -> None:
        self.client = RestClient(url, token)
        self.library = RemoteLibrary(self.client)
        # The sessions that were opened here with secret parameters in their address.
        self._secret_urls: dict[str, MaskedUrl] = {}
        self._proxy: UpstreamProxy | None = None
        self._lock = threading.Lock()
        self.client.get("/health")

    @property
    def url(self) -> str:
        """The address of camrec, without a credential and without a final slash."""
        return self.client.url

    @property
    def language(self) -> str:
        return self.client.language

    @property
    def page_url(self) -> str:
        return self._ensure_proxy().url

    @property
    def record_url(self) -> str:
        return self._ensure_proxy().record_url

    def open(
        self,
        url: str,
        name: str | None,
        clock: ClockChoice | None = None,
        stays: bool | None = None,
    ) -> RemoteCamera:
        source = parse_address(url)
        for camera in self.cameras():
            if self._is_open_at(source, camera.latest_info):
                if stays is not None:
                    path, change = f"/cameras/{camera.camera_id}", {"stays": stays}
                    self.client.patch_model(schema.CameraReply, path, change)
                return camera
        given = {"url": url, "name": name, "clock": clock, "stays": stays}
        body = {key: value for key, value in given.items() if value is not None}
        info = self.client.post_model(schema.SessionReply, "/session/open", body)
        if source.masked_url is not None:
            self._secret_urls[info.session_id] = source.masked_url
        return RemoteCamera(self, info)

    def _is_open_at(self, source: CameraAddress, info: schema.SessionReply) -> bool:
        """Whether `source` is the address of this session.

        The reply does not contain secret parameters, so a session that something else opened is
        never one with the same secret parameters.
        """
        if self._secret_urls.get(info.session_id) != source.masked_url:
            return False
        return address_identity(restore_address(info.url)) == address_identity(source)

    def cameras(self) -> list[RemoteCamera]:
        return [
            RemoteCamera(self, info)
            for info in _list_sessions(self.client)
            if info.state in OPEN_SESSION_STATE_VALUES
        ]

    def schedule(
        self,
        camera_id: str,
        duration: int | None,
        name: str | None,
        details: Details,
        video_length: int | None,
        start_at: int | None,
    ) -> RemoteRecording:
        body: dict[str, object] = {"camera_id": camera_id, "duration": duration}
        body |= _optional_fields(name, details, video_length, start_at)
        info = self.client.post_model(schema.RecordingReply, "/record/start", body)
        return RemoteRecording(self, info)

    def record_together(
        self,
        session_ids: Sequence[str],
        duration: int | None,
        name: str | None,
        details: Details,
        video_length: int | None,
        start_at: int | None,
    ) -> list[RemoteRecording]:
        body: dict[str, object] = {"session_ids": list(session_ids), "duration": duration}
        body |= _optional_fields(name, details, video_length, start_at)
        started = self.client.post_model(schema.RecordingListReply, "/record/together", body)
        return [RemoteRecording(self, info) for info in started.recordings]

    def mark(
        self, fields: EventFields, at: int | None, recording_ids: Sequence[str] | None
    ) -> list[Event]:
        body = _event_body(fields, at)
        if recording_ids is not None:
            body["recording_ids"] = list(recording_ids)
        replies = self.client.post_model(schema.EventListReply, "/events", body).events
        return [_to_event(each) for each in replies]

    def mark_video(self, video: VideoHandle, fields: EventFields, at: int) -> Event:
        path = f"/videos/{quote(video.filename)}/events"
        reply = self.client.post_model(schema.VideoEventReply, path, _event_body(fields, at))
        return _to_event(reply)

    def events(self, video: VideoHandle) -> list[PlacedEvent]:
        path = f"/videos/{quote(video.filename)}/events"
        replies = self.client.get_model(schema.VideoEventListReply, path).events
        return [
            PlacedEvent(_to_event(each), each.second, each.frame, each.in_gap, each.end_second)
            for each in replies
        ]

    def plans(self) -> list[schema.PlanReply]:
        return self.client.get_model(schema.PlanListReply, "/plans").plans

    def plan(self, plan_id: str) -> schema.PlanReply:
        return self.client.get_model(schema.PlanReply, _plan_path(plan_id))

    def add_plan(self, values: Mapping[str, object]) -> schema.PlanReply:
        return self.client.post_model(schema.PlanReply, "/plans", values)

    def change_plan(self, plan_id: str, changes: Mapping[str, object]) -> schema.PlanReply:
        return self.client.patch_model(schema.PlanReply, _plan_path(plan_id), changes)

    def delete_plan(self, plan_id: str) -> None:
        self.client.delete(_plan_path(plan_id))

    def calendar(self, from_day: date, to_day: date) -> schema.CalendarReply:
        path = f"/plans/calendar?from={from_day.isoformat()}&to={to_day.isoformat()}"
        return self.client.get_model(schema.CalendarReply, path)

    def playback_url(self, video: VideoHandle) -> tuple[str, bool]:
        return self.page_url, True

    def videos(self) -> list[RemoteVideo]:
        """Return the finished videos, newest first."""
        return self.library.videos()

    def close_views(self) -> None:
        """Stop live video in the pages of this process. Cameras and recordings are not affected."""
        with self._lock:
            proxy, self._proxy = self._proxy, None
        if proxy is not None:
            proxy.stop()

    def _ensure_proxy(self) -> UpstreamProxy:
        with self._lock:
            if self._proxy is None:
                self._proxy = UpstreamProxy(self.url, self.client.headers, load_page_file)
            return self._proxy


class RemoteCamera:
    """A session of a running camrec. Implements `backend.CameraHandle`.

    latest_info : the latest state that camrec sent.
    """

    def __init__(self, backend: RemoteBackend, info: schema.SessionReply) -> None:
        self._backend = backend
        self.latest_info = info

    @property
    def session_id(self) -> str:
        return self.latest_info.session_id

    @property
    def camera_id(self) -> str:
        return self.latest_info.camera_id

    @property
    def name(self) -> str:
        return self.latest_info.name

    def info(self) -> schema.SessionReply:
        for info in _list_sessions(self._backend.client):
            if info.session_id == self.session_id:
                self.latest_info = info
                return info
        self._set_closed()
        return self.latest_info

    def delay(self) -> schema.DelayReply | None:
        known = self._backend.client.get_model(schema.CameraListReply, "/cameras").cameras
        return next((each.delay for each in known if each.camera_id == self.camera_id), None)

    def snapshot(self) -> tuple[int, bytes]:
        response = self._backend.client.get(f"/snapshot?session_id={self.session_id}")
        return iso_to_utc_ns(response.headers["Captured-At"]), response.content

    def record(
        self,
        duration: int | None,
        name: str | None,
        details: Details,
        video_length: int | None = None,
        start_at: int | None = None,
    ) -> RemoteRecording:
        body: dict[str, object] = {"session_id": self.session_id, "duration": duration}
        body |= _optional_fields(name, details, video_length, start_at)
        info = self._backend.client.post_model(schema.RecordingReply, "/record/start", body)
        return RemoteRecording(self._backend, info)

    def latest_recording(self) -> RemoteRecording | None:
        try:
            return RemoteRecording(
                self._backend, _recording_status(self._backend.client, self.session_id)
            )
        except NotFoundError:
            return None

    def recordings(self) -> list[RemoteRecording]:
        listed = self._backend.client.get_model(
            schema.RecordingListReply, "/record/list"
        ).recordings
        return [
            RemoteRecording(self._backend, info)
            for info in listed
            if info.session_id == self.session_id
        ]

    def close(self) -> None:
        with suppress(NotFoundError):  # it is already closed
            self._backend.client.post("/session/close", {"session_id": self.session_id})
        self._set_closed()

    def _set_closed(self) -> None:
        self.latest_info = self.latest_info.model_copy(update={"state": "closed"})


class RemoteRecording:
    """A recording of a running camrec. Implements `backend.RecordingHandle`.

    latest_info : the latest state that camrec sent.
    """

    def __init__(self, backend: RemoteBackend, info: schema.RecordingReply) -> None:
        self._backend = backend
        self.latest_info = info

    @property
    def recording_id(self) -> str:
        return self.latest_info.recording_id

    def info(self) -> schema.RecordingReply:
        if self.latest_info.state not in ENDED_RECORDING_STATE_VALUES:
            self.latest_info = _recording_status(self._backend.client, self.recording_id)
        return self.latest_info

    def wait(self, timeout: float | None) -> bool:
        end = None if timeout is None else monotonic_s() + timeout
        while self.info().state not in ENDED_RECORDING_STATE_VALUES:
            pause = RECORDING_POLL_INTERVAL_S
            if end is not None:
                pause = min(pause, end - monotonic_s())
            if pause <= 0:
                return False
            time.sleep(pause)
        if (fault := self.latest_info.error) is not None:
            raise error_from_code(fault.code, fault.message)
        return True

    def stop(self) -> None:
        body = {"recording_id": self.recording_id}
        try:
            self.latest_info = self._backend.client.post_model(
                schema.RecordingReply, "/record/stop", body
            )
        except StateError:
            self.info()  # it has already ended

    def change_end(self, ends_at: int | None) -> None:
        body = {"ends_at": None if ends_at is None else format_iso(ends_at)}
        self.latest_info = self._backend.client.patch_model(
            schema.RecordingReply, f"/record/{self.recording_id}", body
        )

    def videos(self) -> list[RemoteVideo]:
        return [self._backend.library.video(filename) for filename in self.info().filenames]


def _optional_fields(
    name: str | None, details: Details, video_length: int | None, start_at: int | None
) -> dict[str, object]:
    """What a request to record says of them: nothing if they are not given."""
    body: dict[str, object] = {} if name is None else {"name": name}
    if details:
        body["details"] = dict(details)
    if video_length is not None:
        body["video_length"] = video_length
    if start_at is not None:
        body["start_at"] = format_iso(start_at)
    return body


def _plan_path(plan_id: str) -> str:
    return f"/plans/{quote(plan_id, safe='')}"


def _event_body(fields: EventFields, at: int | None) -> dict[str, object]:
    body: dict[str, object] = {**fields, "source": EVENT_SOURCE}
    if at is not None:
        body["at"] = format_iso(at)
    return body


def _to_event(reply: schema.EventReply) -> Event:
    return Event.model_validate(reply.model_dump(include=set(Event.model_fields)))


def _list_sessions(client: RestClient) -> list[schema.SessionReply]:
    return client.get_model(schema.SessionListReply, "/session/list").sessions


def _recording_status(client: RestClient, any_id: str) -> schema.RecordingReply:
    """Request the recording with this id, or the latest one of the session with this id."""
    return client.get_model(schema.RecordingReply, f"/record/status/{any_id}")
