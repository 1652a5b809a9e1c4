"""Describes cameras, sessions, recordings, plans, videos and alerts as the models of `schema`.

REST sends these replies, the Python API reads its own station through them, and the command line
prints them as JSON.
"""

from __future__ import annotations

from collections.abc import Sequence

from camrec import schema
from camrec.alerts import Alert
from camrec.annotations import Event
from camrec.camera_clock import ClockVerdict
from camrec.camera_registry import KnownCamera, MeasuredDelay
from camrec.clock import format_iso
from camrec.i18n import translate
from camrec.library import PlacedEvent, VideoFile
from camrec.media import VideoTrack
from camrec.planning import (
    ENDLESS_NS,
    CalendarEntry,
    OccurrenceReason,
    PlanCalendar,
    PlanEntry,
    WallClock,
    plan_to_json,
)
from camrec.recording import ENDED_RECORDING_STATES, AnyRecording
from camrec.redaction import redact
from camrec.session import Session


def describe_camera(camera: KnownCamera, sessions: Sequence[Session] = ()) -> schema.CameraReply:
    """A camera with its open sessions."""
    return schema.CameraReply(
        camera_id=camera.camera_id,
        name=camera.name,
        url=camera.url,
        kind=camera.kind,
        clock=camera.clock,
        delay=describe_delay(camera.delay),
        stays=camera.stays,
        session_ids=[session.session_id for session in sessions],
    )


def describe_delay(delay: MeasuredDelay | None) -> schema.DelayReply | None:
    """How late a camera's frames are dated; None if it was not measured."""
    if delay is None:
        return None
    return schema.DelayReply(
        seconds=delay.delay_s,
        uncertainty=delay.uncertainty_s,
        measured_at=format_iso(delay.measured_at),
        utc_source=delay.utc_source,
    )


def describe_session(session: Session, language: str) -> schema.SessionReply:
    """An open camera, with its error in `language`: "en" or "fr"."""
    feed, recording = session.feed, session.recording
    video, audio = feed.video, feed.audio
    return schema.SessionReply(
        session_id=session.session_id,
        camera_id=session.camera_id,
        name=session.name,
        kind=session.kind,
        url=session.source.url,
        local_url=session.local_url,
        state=session.state.value,
        since=format_iso(session.since),
        waiting_for=session.waiting_for,
        video=None if video is None else _describe_video_track(video, feed.figures().fps),
        audio=None if audio is None else schema.AudioTrackReply(codec=audio.codec),
        clock=_describe_clock(session.clock_verdict),
        viewers=session.viewers,
        figures=describe_stats(session),
        recording_id=recording.recording_id
        if recording and recording.state not in ENDED_RECORDING_STATES
        else None,
        error=schema.FaultReply.of(session.error, language),
    )


def _describe_clock(verdict: ClockVerdict | None) -> schema.ClockReply:
    if verdict is None:
        return schema.ClockReply(source="arrival", state="arrival", offset=None, uncertainty=None)
    return schema.ClockReply(
        source=verdict.utc_source,
        state=verdict.state.value,
        offset=verdict.offset,
        uncertainty=verdict.uncertainty,
    )


def describe_stats(session: Session) -> schema.StreamStatsReply:
    """The stream statistics of a session: rates over the last seconds, and counts."""
    stats, lag = session.feed.figures(), session.live_views.lag
    return schema.StreamStatsReply(
        fps=round(stats.fps, 2),
        bit_rate=round(stats.bit_rate),
        key_distance=round(stats.key_distance, 3),
        frames=stats.frames,
        lost=stats.lost,
        age=None if stats.age is None else round(stats.age, 3),
        viewers=session.viewers,
        lag=None if lag is None else round(lag, 3),
    )


def _describe_video_track(track: VideoTrack, fps: float) -> schema.VideoTrackReply:
    return schema.VideoTrackReply(
        codec=track.codec, width=track.width, height=track.height, fps=round(fps, 2)
    )


def describe_recording(recording: AnyRecording, language: str) -> schema.RecordingReply:
    """A recording, with its error in `language`: "en" or "fr"."""
    return schema.RecordingReply(
        recording_id=recording.recording_id,
        session_id=recording.session_id,
        camera_id=recording.camera_id,
        plan_id=recording.plan_id,
        state=recording.state.value,
        duration=None if recording.duration is None else round(recording.duration),
        started_at=format_iso(recording.started_at),
        ends_at=None if recording.ends_at is None else format_iso(recording.ends_at),
        elapsed=round(recording.elapsed, 3),
        bytes=recording.bytes,
        parts=recording.segment_count,
        gaps=[schema.GapReply(start=gap.start, duration=gap.duration) for gap in recording.gaps],
        details=dict(recording.options.details),
        events=recording.event_count,
        filename=recording.filename,
        filenames=recording.filenames,
        error=schema.FaultReply.of(recording.error, language),
    )


def describe_plan(entry: PlanEntry, next_start: int | None) -> schema.PlanReply:
    """A plan, and when it starts the next time, UTC nanoseconds."""
    unused = dict.fromkeys(("start", "end", "duration", "video_length", "until", "name"))
    empty: dict[str, object] = {"days": [], "always": False, "details": {}}
    return schema.PlanReply.model_validate(
        {
            **unused,
            **empty,
            **plan_to_json(entry.plan),
            "plan_id": entry.plan_id,
            "next": None if next_start is None else format_iso(next_start),
        }
    )


def describe_calendar(
    calendar: PlanCalendar, clock: WallClock, timezone: str, language: str
) -> schema.CalendarReply:
    """A calendar of plans, with its states and reasons in `language`: "en" or "fr"."""
    full_at, stops_at = calendar.disk.full_at, calendar.disk.stops_at
    return schema.CalendarReply(
        timezone=timezone,
        occurrences=[describe_occurrence(each, clock, language) for each in calendar.occurrences],
        free_after=[
            schema.FreeAfterReply(date=day.isoformat(), free_bytes=free)
            for day, free in calendar.disk.free_after
        ],
        full_at=None if full_at is None else format_iso(full_at),
        stops_at=None if stops_at is None else format_iso(stops_at),
        deleted_videos=calendar.disk.deleted_count,
        deletes_new=calendar.disk.deletes_new,
    )


def describe_occurrence(
    entry: CalendarEntry, clock: WallClock, language: str
) -> schema.OccurrenceReply:
    """One occurrence of a plan, with its state and reason in `language`: "en" or "fr"."""
    return schema.OccurrenceReply(
        plan_id=entry.plan_id,
        camera_id=entry.camera_id,
        day=clock.day_of(entry.starts_at).isoformat(),
        starts_at=format_iso(entry.starts_at),
        ends_at=None if entry.ends_at == ENDLESS_NS else format_iso(entry.ends_at),
        began_at=None if entry.began_at is None else format_iso(entry.began_at),
        state=entry.state,
        state_text=translate(f"plans.state_{entry.state}", language),
        reason=None if entry.reason is None else _describe_reason(entry.reason, language),
        filenames=list(entry.filenames),
    )


def _describe_reason(reason: OccurrenceReason, language: str) -> schema.PlanReasonReply:
    return schema.PlanReasonReply(code=reason.code, message=redact(reason.text(language)))


def describe_event(recording_id: str, event: Event) -> schema.EventReply:
    """An event of a recording."""
    return schema.EventReply(
        id=event.id,
        recording_id=recording_id,
        at=format_iso(event.at_ns),
        length=event.length,
        text=event.text,
        value=event.value,
        source=event.source,
    )


def describe_video_event(recording_id: str, placed: PlacedEvent) -> schema.VideoEventReply:
    """An event with its place in a video."""
    return schema.VideoEventReply(
        **describe_event(recording_id, placed.event).model_dump(),
        second=placed.second,
        frame=placed.frame,
        in_gap=placed.in_gap,
        end_second=placed.end_second,
    )


def describe_video(video: VideoFile) -> schema.VideoReply:
    """A finished video."""
    return schema.VideoReply(
        filename=video.filename,
        name=video.name,
        camera=video.camera,
        camera_id=video.camera_id,
        started_at=format_iso(video.started_at),
        duration=video.duration,
        size=video.size,
        width=video.width,
        height=video.height,
        video_codec=video.video_codec,
        audio_codec=video.audio_codec,
        playable=video.playable,
        locked=video.locked,
        evicted_at=video.evicted_at,
    )


def describe_alert(alert: Alert, language: str) -> schema.AlertReply:
    """Something that needed a person, in `language`: "en" or "fr"."""
    return schema.AlertReply(
        alert_id=alert.alert_id,
        kind=alert.kind,
        at=format_iso(alert.at),
        until=None if alert.until is None else format_iso(alert.until),
        camera_id=alert.camera_id,
        camera=alert.camera,
        recording_id=alert.recording_id,
        plan_id=alert.plan_id,
        code=alert.code,
        message=redact(alert.message(language)),
        seen=alert.seen,
    )
