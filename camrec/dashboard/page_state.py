"""What every page shows, as plain values: gathered once for all pages, and told when it changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from camrec.callbacks import Callbacks
from camrec.camera_address import restore_address
from camrec.dashboard.stream_history import StreamHistory
from camrec.errors import CamrecError
from camrec.library import FolderWatch, VideoFile
from camrec.process import ProcessState
from camrec.recent_cameras import RecentCamera
from camrec.recording import RecordingJob, RecordingState
from camrec.recording_limits import MAX_DURATION_S
from camrec.schema import FFmpegHealthReply
from camrec.session import OPEN_SESSION_STATES, Session, SessionState
from camrec.station import LibraryChanged, Station, StationEvent

PAGE_STATE_INTERVAL_S = (
    2.0  # seconds between two looks at what changes without a word: disk, sound, retries
)
CHANGE_BATCH_S = 0.05  # seconds in which several changes are told as one
CODEC_LABELS = {
    "h264": "H.264",
    "h265": "H.265",
    "mjpeg": "MJPEG",
    "aac": "AAC",
    "opus": "Opus",
    "pcma": "G.711",
    "pcmu": "G.711",
    "l8": "PCM",
    "l16": "PCM",
    "l24": "PCM",
    "g722": "G.722",
    "g726": "G.726",
    "g726le": "G.726",
    "mp2": "MPEG",
    "mp3": "MP3",
    "ac3": "AC-3",
    "gsm": "GSM",
}


@dataclass(frozen=True)
class PageState:
    """One look at the station.

    sessions : a dictionary each, as the tile takes it; its errors speak no language yet.
    health : as the strip takes it.
    videos : of the library, newest first.
    recent_cameras : cameras that were opened before and are not open, as the slot takes them.
    settings : as their dialog takes them.
    group_recording : the cameras that can be recorded at once, as the header takes them.
    """

    sessions: list[dict[str, Any]] = field(default_factory=list)
    health: dict[str, Any] = field(default_factory=dict)
    videos: list[VideoFile] = field(default_factory=list)
    recent_cameras: list[dict[str, Any]] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    group_recording: dict[str, Any] = field(default_factory=dict)

    @property
    def recordings(self) -> list[dict[str, Any]]:
        """Those that are being written, for the list in the header."""
        return [
            {
                "recording_id": session["recording"]["recording_id"],
                "name": session["name"],
                "ends_at": session["recording"]["ends_at"],
            }
            for session in self.sessions
            if session["recording"] and session["recording"]["state"] in ("writing", "waiting")
        ]


class PageStateBoard:
    """Looks at the station after each of its changes, and tells every page that joined.

    facts : what was seen last.
    changed : emits the facts, in the board's own thread.
    history : how the cameras did in the last minutes.
    """

    def __init__(self, station: Station) -> None:
        self.station = station
        self.facts = PageState()
        self.changed: Callbacks[[PageState]] = Callbacks()
        self.history = StreamHistory(station.cameras.sessions, station.clock.utc_ns)
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._library_changed = True
        self._folder_watch = FolderWatch(station.library.folder)
        self._last_file_rate = self._last_group_rate = 0.0
        self._reported_sizes: dict[str, tuple[Any, int]] = {}
        self._last_frame_times: dict[str, float] = {}
        self._disconnect: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name="board", daemon=True)

    def start(self) -> PageStateBoard:
        """Take the first look, in the caller's thread, and go on in one of our own."""
        self._disconnect = self.station.changed.connect(self._on_station_change)
        self.facts = self._read_state()
        self._thread.start()
        self.history.start()
        return self

    def stop(self) -> None:
        self._disconnect()
        self._stopping.set()
        self._wake.set()
        self._thread.join()
        self.history.stop()

    def _on_station_change(self, event: StationEvent) -> None:
        if isinstance(event, LibraryChanged):
            self._library_changed = True
        self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.wait(PAGE_STATE_INTERVAL_S)
            if self._stopping.wait(CHANGE_BATCH_S):
                return
            self._wake.clear()
            facts = self._read_state()
            if facts != self.facts:
                self.facts = facts
                self.changed.emit(facts)

    def _read_state(self) -> PageState:
        station = self.station
        sessions = station.cameras.sessions()
        ready = {
            "rtsp": station.mediamtx.state is ProcessState.READY,
            "mjpeg": station.go2rtc.state is ProcessState.READY,
        }
        videos = self.facts.videos
        if self._folder_watch.changed() or self._library_changed:
            self._library_changed = False
            videos = station.library.videos()
        listed = station.recordings.listed()
        return PageState(
            [self._session_state(session, ready[session.kind], listed) for session in sessions],
            self._health_state(sessions),
            videos,
            [self._recent_camera_row(camera) for camera in station.cameras.recent()],
            {
                "most": station.config.max_sessions,
                "folder": str(station.settings.next_videos_dir),
                "token": bool(station.config.token),
            },
            self._group_recording_state(),
        )

    def _group_recording_state(self) -> dict[str, Any]:
        """Of the cameras that deliver and are not being recorded: how many, and what they take.

        `rate`: bits a second of their files; `most`: the longest recording that there is room for;
        `room` and `free`: bytes that recordings may take, and that are free.
        """
        recordable = self.station.recordings.recordable_sessions()
        disk = self.station.recordings.estimate_disk(recordable)
        rate, most = disk.file_bit_rate, disk.max_seconds
        if rate and not 0.9 < rate / (self._last_group_rate or rate * 2) < 1.1:
            self._last_group_rate = rate
        return {
            "count": len(recordable),
            "rate": _round_two_digits(self._last_group_rate) if rate else 0,
            "most": most if most == MAX_DURATION_S else int(_round_two_digits(0.95 * most)),
            "room": _round_bytes(disk.available_bytes),
            "free": _round_bytes(disk.free_bytes),
        }

    def _recent_camera_row(self, camera: RecentCamera) -> dict[str, Any]:
        """`asks`: its password is not known any more."""
        asks = self.station.cameras.needs_password(camera)
        host = restore_address(camera.url).host
        return {"name": camera.name, "url": camera.url, "host": host, "asks": asks}

    def _session_state(
        self, session: Session, proxy_ready: bool, listed: list[RecordingJob]
    ) -> dict[str, Any]:
        """`listed`: the recordings of all sessions, as the station lists them."""
        video, audio = session.feed.video, session.feed.audio
        recording = session.recording
        of_it = [each for each in listed if each.session_id == session.session_id]
        return {
            "session_id": session.session_id,
            "name": session.name,
            "kind": session.kind,
            "host": session.source.host,
            "state": session.state.value,
            "attempt": session.attempt,
            "seen": session.frames_seen,
            "waiting_for": session.waiting_for,
            "retries": session.retries,
            "proxy_ready": proxy_ready,
            "video_codec": CODEC_LABELS.get(video.codec) if video else None,
            "audio_codec": CODEC_LABELS.get(audio.codec) if audio else None,
            "recording": self._recording_state(recording) if recording else None,
            "scheduled": _scheduled_recordings(of_it),
            "error": session.error if session.state is SessionState.FAILED else None,
            "trouble": _latest_error(recording, of_it),
        }

    def _recording_state(self, recording: RecordingJob) -> dict[str, Any]:
        gaps = [gap.model_dump() for gap in recording.gaps]
        key = (recording.state, len(gaps))
        told = self._reported_sizes.get(recording.recording_id)
        if told is None or told[0] != key:
            # Its size grows all the time: told with what else is new, and the browser counts on.
            told = self._reported_sizes[recording.recording_id] = (key, recording.bytes)
        return {
            "recording_id": recording.recording_id,
            "state": recording.state.value,
            "duration": recording.duration,
            "started_at": recording.started_at / 1e6,
            "ends_at": recording.ends_at / 1e6,
            "bytes": told[1],
            "gaps": gaps,
        }

    def _health_state(self, sessions: list[Session]) -> dict[str, Any]:
        station = self.station
        health = station.health()
        free = _round_bytes(health.disk.free_bytes)
        return {
            "proxies": {
                "mediamtx": health.proxies.mediamtx.state,
                "go2rtc": health.proxies.go2rtc.state,
            },
            "ffmpeg": _available_version(health.ffmpeg),
            "free": free,
            "total": station.library.disk_space.total_bytes,
            "seconds": self._seconds_left(sessions),
            "open": sum(session.state in OPEN_SESSION_STATES for session in sessions),
            "most": station.config.max_sessions,
            "demo": station.cameras.has_unopened_demo,
            "without": self._cameras_without_video(sessions),
            "left": {"count": len(health.left_behind), "folder": str(station.library.folder)},
        }

    def _cameras_without_video(self, sessions: list[Session]) -> list[dict[str, Any]]:
        """The cameras that send none now: those that are being recorded first.

        `last`: when the last one came, in ms; looked at once, or it would be told again and again.
        """
        stale = [each for each in sessions if each.state is SessionState.STALE]
        known, self._last_frame_times = self._last_frame_times, {}
        for session in stale:
            age = session.feed.figures().age
            seen = session.since if age is None else self.station.clock.utc_ns() - age * 1e9
            last = known.get(session.session_id, seen / 1e6)
            self._last_frame_times[session.session_id] = last
        told = [
            {
                "name": each.name,
                "recorded": each.is_recording,
                "last": self._last_frame_times[each.session_id],
            }
            for each in stale
        ]
        return sorted(told, key=lambda each: not each["recorded"])

    def _seconds_left(self, sessions: list[Session]) -> float | None:
        """How long all open cameras can be recorded at once; None where their rates are not known.

        It stays as it is where the rates hardly change.
        """
        open_sessions = [each for each in sessions if each.state in OPEN_SESSION_STATES]
        rate = self.station.recordings.estimate_disk(open_sessions).file_bit_rate
        if rate and not 0.9 < rate / (self._last_file_rate or rate * 2) < 1.1:
            self._last_file_rate = rate
        if not rate:
            return None
        seconds = self.station.library.disk_space.seconds_until_full(self._last_file_rate)
        return None if seconds is None else _round_two_digits(seconds)


def _scheduled_recordings(recordings: list[RecordingJob]) -> list[dict[str, Any]]:
    """Those that are still to come, the next one first."""
    return [
        {
            "recording_id": each.recording_id,
            "starts_at": each.started_at / 1e6,
            "duration": each.duration,
        }
        for each in reversed(recordings)
        if each.state is RecordingState.SCHEDULED
    ]


def _latest_error(
    latest: RecordingJob | None, recordings: list[RecordingJob]
) -> CamrecError | None:
    """Why the latest one failed, or one after it that was to begin and could not."""
    for each in recordings:
        failed = (
            each.state is RecordingState.FAILED and not each.has_started and each.error is not None
        )
        if not failed or each.error.code == "recording_cancelled":
            continue
        if latest is None or each.started_at > latest.started_at:
            return each.error
    return latest.error if latest is not None else None


def _available_version(ffmpeg: FFmpegHealthReply) -> str | None:
    """The version of FFmpeg; None if it is missing, or was removed meanwhile."""
    return ffmpeg.version if ffmpeg.path and Path(ffmpeg.path).exists() else None


def _round_bytes(size: int) -> int:
    """Bytes no finer than they are shown: whole gigabytes from ten on, else tenths."""
    step = 10**9 if size >= 10**10 else 10**8
    return size // step * step


def _round_two_digits(value: float) -> float:
    return float(f"{value:.2g}")
