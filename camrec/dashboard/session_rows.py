"""Makes the rows of the sessions, which contain what each camera's card shows."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from camrec.dashboard.page_state import SessionRow
from camrec.dashboard.wire_types import (
    AwaitedRecordingRow,
    GapRow,
    RecordingRow,
    ScheduledRecordingRow,
)
from camrec.errors import CamrecError
from camrec.recording import AnyRecording, RecordingState
from camrec.session import Session, SessionState

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


class SessionRows:
    """Makes the rows, and remembers with which size each recording was last sent."""

    def __init__(self) -> None:
        # By recording id: the state and the number of gaps at that time, and the size in bytes.
        self._sent_sizes: dict[str, tuple[tuple[RecordingState, int], int]] = {}

    def read(
        self,
        sessions: Sequence[Session],
        ready_proxies: Mapping[str, bool],
        recordings: Sequence[AnyRecording],
        staying_ids: Container[str],
        paused_plans: Mapping[str, str],
    ) -> list[SessionRow]:
        """Return the rows of all `sessions`.

        Parameters
        ----------
        ready_proxies
            Whether the proxy is ready, by the kind of session.
        recordings
            The recordings of all sessions, latest first.
        staying_ids
            The ids of the cameras that are opened again at each start.
        paused_plans
            For cameras that a plan recorded without a break until it was paused: the plan's id.
        """
        rows = [
            self._row(
                each,
                ready_proxies[each.kind],
                recordings,
                each.camera_id in staying_ids or _is_about_to_stay(each),
                paused_plans.get(each.camera_id),
            )
            for each in sessions
        ]
        shown = {row.fields["recording"]["recording_id"] for row in rows if row.fields["recording"]}
        self._sent_sizes = {each: self._sent_sizes[each] for each in shown}
        return rows

    def _row(
        self,
        session: Session,
        proxy_ready: bool,
        recordings: Sequence[AnyRecording],
        stays: bool,
        paused_plan: str | None,
    ) -> SessionRow:
        video, audio = session.feed.video, session.feed.audio
        latest = session.recording
        own = [each for each in recordings if each.session_id == session.session_id]
        return SessionRow(
            fields={
                "session_id": session.session_id,
                "camera_id": session.camera_id,
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
                "recording": self._recording_row(latest) if latest else None,
                "scheduled": _scheduled_rows(own),
                "stays": stays,
                "paused_plan": paused_plan,
            },
            error=session.error if session.state is SessionState.FAILED else None,
            trouble=_latest_error(latest, own),
        )

    def _recording_row(self, recording: AnyRecording) -> RecordingRow:
        gaps: list[GapRow] = [
            {"start": gap.start, "duration": gap.duration} for gap in recording.gaps
        ]
        key = (recording.state, len(gaps))
        sent = self._sent_sizes.get(recording.recording_id)
        if sent is None or sent[0] != key:
            # The size grows all the time, so it is sent only with other changes. The browser
            # estimates what was written since.
            sent = self._sent_sizes[recording.recording_id] = (key, recording.bytes)
        return {
            "recording_id": recording.recording_id,
            "state": recording.state.value,
            "duration": recording.duration,
            "started_at": recording.started_at / 1e6,
            "ends_at": None if recording.ends_at is None else recording.ends_at / 1e6,
            "bytes": sent[1],
            "gaps": gaps,
            "marks": recording.event_count,
            "plan_id": recording.plan_id,
        }


def _is_about_to_stay(session: Session) -> bool:
    """Whether its camera delivers, and is just being stored as one that stays."""
    is_live = session.state is SessionState.LIVE
    return is_live and bool(session.stays) and session.storing_error is None


def awaited_recordings(
    sessions: Sequence[Session], recordings: Sequence[AnyRecording]
) -> list[AwaitedRecordingRow]:
    """Return the scheduled recordings that no card shows, the next one first.

    recordings : the recordings of all sessions, latest first.
    """
    shown = {each.session_id for each in sessions}
    closed = [each for each in recordings if each.session_id not in shown]
    names = {each.recording_id: each.options.camera for each in closed}
    return [{**row, "name": names[row["recording_id"]]} for row in _scheduled_rows(closed)]


def _scheduled_rows(recordings: Sequence[AnyRecording]) -> list[ScheduledRecordingRow]:
    """Return the recordings that have not started yet, the next one first."""
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
    latest: AnyRecording | None, recordings: Sequence[AnyRecording]
) -> CamrecError | None:
    """Return why a scheduled recording could not start, or else why the latest recording failed.

    A scheduled recording counts only if it is later than the latest recording.
    """
    for each in recordings:
        failed = each.state is RecordingState.FAILED and not each.has_started
        if not failed or each.error is None or each.error.code == "recording_cancelled":
            continue
        if latest is None or each.started_at > latest.started_at:
            return each.error
    return latest.error if latest is not None else None
