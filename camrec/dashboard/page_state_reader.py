"""Reads the state of the station that every page shows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from camrec.camera_registry import KnownCamera
from camrec.dashboard.page_state import PageState
from camrec.dashboard.plan_week import plan_rows
from camrec.dashboard.rounded_figures import SteadyRate, round_bytes, round_two_digits
from camrec.dashboard.session_rows import SessionRows, awaited_recordings
from camrec.dashboard.wire_types import (
    CameraWithoutVideo,
    GroupRecordingFields,
    RecentCameraRow,
    SettingsFields,
    StatusFields,
)
from camrec.library import FolderWatch, VideoFile
from camrec.process import ProcessState
from camrec.recording_limits import MAX_DURATION_S
from camrec.schema import FFmpegHealthReply
from camrec.session import OPEN_SESSION_STATES, Session, SessionState
from camrec.station import Station

# The page offers this share of the longest recording that fits, so that it fits after rounding.
OFFERED_DURATION_RATIO = 0.95


class PageStateReader:
    """Reads the whole state at each call, but the library's videos only if they may have changed.

    It remembers some figures of the last state. If a figure has hardly changed, the next state
    contains the same value again.
    """

    def __init__(self, station: Station) -> None:
        self._station = station
        self._session_rows = SessionRows()
        self._folder_watch = FolderWatch(station.library.folder)
        self._library_changed = True
        self._videos: list[VideoFile] = []
        self._open_rate, self._group_rate = SteadyRate(), SteadyRate()
        self._last_frame_times: dict[str, float] = {}  # UTC in ms, by the id of each stale session

    def notice_library_change(self) -> None:
        """Let the next `read` read the videos. Any thread may call this."""
        self._library_changed = True

    def read(self) -> PageState:
        """Read the current state. This blocks while the disk is read."""
        station = self._station
        sessions = station.cameras.sessions()
        ready_proxies = {
            "rtsp": station.mediamtx.state is ProcessState.READY,
            "mjpeg": station.go2rtc.state is ProcessState.READY,
        }
        if self._folder_watch.changed() or self._library_changed:
            self._library_changed = False
            self._videos = station.library.videos()
        recordings = station.recordings.listed()
        staying = station.known_cameras.staying_ids()
        paused = {
            camera_id: entry.plan_id
            for entry in station.plans.all()
            if entry.plan.always and not entry.plan.enabled
            for camera_id in entry.plan.cameras
        }
        return PageState(
            sessions=self._session_rows.read(sessions, ready_proxies, recordings, staying, paused),
            status=self._status(sessions),
            videos=self._videos,
            recent_cameras=[self._recent_camera(each) for each in station.known_cameras.recent()],
            settings=self._settings(),
            group_recording=self._group_recording(),
            alerts=station.alerts.newest_first(),
            plans=plan_rows(station),
            awaited_recordings=awaited_recordings(sessions, recordings),
        )

    def _settings(self) -> SettingsFields:
        config, library = self._station.config, self._station.library
        now = self._station.clock.utc_ns()
        excess = library.retention.select_for_deletion(self._videos, now)
        return {
            "most": config.max_sessions,
            "folder": str(self._station.settings.next_videos_dir),
            "token": bool(config.token),
            "retention_bytes": config.retention_bytes,
            "retention_days": config.retention_days,
            "excess": {"count": len(excess), "bytes": sum(each.size for each in excess)},
            "when_full": config.when_full,
            "min_free": config.min_free_bytes,
            "keep_awake": config.keep_awake and config.keep_awake_for_plans,
            "place": list(config.place),
            "webhook": bool(config.webhook),
            "webhook_when": list(config.webhook_when),
        }

    def _status(self, sessions: Sequence[Session]) -> StatusFields:
        station = self._station
        health = station.health()
        return {
            "proxies": {
                "mediamtx": health.proxies.mediamtx.state,
                "go2rtc": health.proxies.go2rtc.state,
            },
            "ffmpeg": _available_version(health.ffmpeg),
            "free": round_bytes(health.disk.free_bytes),
            "total": station.library.disk_space.total_bytes,
            "seconds": self._seconds_left(sessions),
            "open": sum(session.state in OPEN_SESSION_STATES for session in sessions),
            "most": station.config.max_sessions,
            "full": station.cameras.is_full,
            "demo": station.demo.has_unopened,
            "without": self._cameras_without_video(sessions),
            "left": {"count": len(health.left_behind), "folder": str(station.library.folder)},
        }

    def _cameras_without_video(self, sessions: Sequence[Session]) -> list[CameraWithoutVideo]:
        """Return the cameras that send no frames; those that are being recorded come first.

        The time of a camera's last frame is computed only once, because a second result would
        differ a little.
        """
        stale = [each for each in sessions if each.state is SessionState.STALE]
        known, self._last_frame_times = self._last_frame_times, {}
        for session in stale:
            age = session.feed.figures().age
            last_ns = session.since if age is None else self._station.clock.utc_ns() - age * 1e9
            last = known.get(session.session_id, last_ns / 1e6)
            self._last_frame_times[session.session_id] = last
        rows: list[CameraWithoutVideo] = [
            {
                "name": each.name,
                "recorded": each.is_recording,
                "last": self._last_frame_times[each.session_id],
            }
            for each in stale
        ]
        return sorted(rows, key=lambda row: not row["recorded"])

    def _seconds_left(self, sessions: Sequence[Session]) -> float | None:
        """Return how long all open cameras can be recorded at once; None: rates are not known."""
        open_sessions = [each for each in sessions if each.state in OPEN_SESSION_STATES]
        disk = self._station.recordings.estimate_disk(open_sessions)
        rate = self._open_rate.update(disk.file_bit_rate)
        seconds = self._station.recordings.disk.seconds_until_full(rate)
        return None if seconds is None else round_two_digits(seconds)

    def _group_recording(self) -> GroupRecordingFields:
        sessions = self._station.recordings.recordable.all()
        disk = self._station.recordings.estimate_disk(sessions)
        most = disk.max_seconds
        if most != MAX_DURATION_S:
            most = int(round_two_digits(OFFERED_DURATION_RATIO * most))
        return {
            "count": len(sessions),
            "rate": round_two_digits(self._group_rate.update(disk.file_bit_rate)),
            "most": most,
            "room": round_bytes(disk.available_bytes),
            "free": round_bytes(disk.free_bytes),
        }

    def _recent_camera(self, camera: KnownCamera) -> RecentCameraRow:
        return {
            "id": camera.camera_id,
            "name": camera.name,
            "url": camera.url,
            "host": camera.address.host,
            "asks": self._station.known_cameras.needs_password(camera),
        }


def _available_version(ffmpeg: FFmpegHealthReply) -> str | None:
    """Return the version of FFmpeg; None if FFmpeg is missing or has been removed."""
    return ffmpeg.version if ffmpeg.path and Path(ffmpeg.path).exists() else None
