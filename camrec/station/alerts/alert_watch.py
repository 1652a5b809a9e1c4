"""Watches what needs a person: gathers the facts, which `camrec.alerts` judges."""

from __future__ import annotations

from urllib.parse import urlsplit

from camrec.alerts import (
    Alert,
    AlertSubject,
    CameraSilence,
    EndedFacts,
    LostCameraTracker,
    judge_end,
)
from camrec.clock import NS_PER_SECOND, Clock
from camrec.host_clock import HostClockWatch
from camrec.recording import ENDED_RECORDING_STATES, AnyRecording
from camrec.session import Session, SessionState
from camrec.station.alerts.alert_book import AlertBook
from camrec.station.alerts.camera_subject import camera_subject
from camrec.station.alerts.disk_watch import DiskWatch
from camrec.station.alerts.missed_plan_watch import MissedPlanWatch
from camrec.station.cameras import StationCameras
from camrec.station.recordings import StationRecordings

# A leap second and the usual correction of a clock at the start are smaller.
MIN_ALERT_STEP_NS = 2 * NS_PER_SECOND


class AlertWatch:
    """Looks at cameras, recordings, plans, the disk and the clock. Used by one thread."""

    def __init__(
        self,
        clock: Clock,
        cameras: StationCameras,
        recordings: StationRecordings,
        disk: DiskWatch,
        missed_plans: MissedPlanWatch,
        book: AlertBook,
    ) -> None:
        self._clock = clock
        self._cameras = cameras
        self._recordings = recordings
        self._disk = disk
        self._missed_plans = missed_plans
        self._book = book
        self._lost_cameras = LostCameraTracker(book.store.lasting())
        self._host_clock = HostClockWatch(clock)
        self._judged: set[str] = set()  # the recordings whose end was judged

    def check(self) -> bool:
        """Note what has happened since the last call. Returns whether something is recorded."""
        sessions = self._cameras.sessions()
        self._check_clock()
        self._check_cameras(sessions)
        self.check_recordings()
        self._missed_plans.check()
        self._disk.check()
        return any(session.is_recording for session in sessions)

    def check_recordings(self) -> None:
        """Note which recordings ended early."""
        recordings = self._recordings.all()
        ended = [each for each in recordings if each.state in ENDED_RECORDING_STATES]
        for recording in ended:
            if recording.recording_id not in self._judged:
                self._judge_recording(recording)
        self._judged = {each.recording_id for each in ended}

    def _judge_recording(self, recording: AnyRecording) -> None:
        error = recording.error
        reason = recording.end_reason if recording.has_started else None
        is_planned = recording.plan_id is not None
        verdict = judge_end(
            EndedFacts(
                reason,
                None if error is None else error.code,
                is_planned=is_planned,
                deletes_oldest=self._recordings.disk.deletes_oldest,
            )
        )
        recording_id = recording.recording_id
        if verdict is None or self._book.store.has(
            lambda alert: alert.recording_id == recording_id and alert.kind == verdict.kind
        ):
            return
        at, until = recording.ended_at, recording.ends_at
        if verdict.kind == "plan_missed":
            at = recording.started_at
        self._book.add(
            Alert.create(
                verdict.kind,
                verdict.code,
                self._clock.utc_ns() if at is None else at,
                until,
                _subject_of_recording(recording),
            )
        )

    def _check_cameras(self, sessions: list[Session]) -> None:
        now = self._clock.utc_ns()
        by_id = {session.session_id: session for session in sessions}
        begins, ends = self._lost_cameras.compare(now, map(self._describe_silence, sessions))
        for begin in begins:
            session = by_id[begin.session_id]
            subject = _subject_of_session(session)
            alert = Alert.create("camera_lost", "camera_lost", begin.at, subject=subject)
            self._lost_cameras.note(begin.session_id, alert.alert_id)
            self._book.add(alert)
        for end in ends:
            code = "camera_closed" if end.is_closed else "camera_back"
            self._book.end(end.alert_id, end.at, code)

    def _describe_silence(self, session: Session) -> CameraSilence:
        recording = session.recording if session.is_recording else None
        recording_id = None if recording is None else recording.recording_id
        state, newest = session.state, session.feed.newest
        if state is SessionState.LIVE:
            return CameraSilence(session.session_id, recording_id, None, session.since)
        if state is not SessionState.STALE:
            return CameraSilence(session.session_id, recording_id, None)
        since = session.since
        if newest is not None:
            now, passed = self._clock.utc_ns(), self._clock.monotonic_ns() - newest.arrived
            since = min(since, now - passed)
        if recording is not None:
            since = max(since, recording.started_at)  # before that nobody missed a frame
        return CameraSilence(session.session_id, recording_id, since)

    def _check_clock(self) -> None:
        _, step = self._host_clock.check()
        if step is None or abs(step.size_ns) < MIN_ALERT_STEP_NS:
            return
        seconds = round(abs(step.size_ns) / NS_PER_SECOND)
        code = "clock_forward" if step.size_ns > 0 else "clock_back"
        now, facts = self._clock.utc_ns(), {"seconds": seconds}
        self._book.add(Alert.create("clock_jumped", code, now, facts=facts))


def _subject_of_session(session: Session) -> AlertSubject:
    recording = session.recording if session.is_recording else None
    return camera_subject(
        session.camera_id,
        session.name,
        session.source.host,
        recording_id=None if recording is None else recording.recording_id,
        plan_id=None if recording is None else recording.plan_id,
    )


def _subject_of_recording(recording: AnyRecording) -> AlertSubject:
    options = recording.options
    return camera_subject(
        options.camera_id,
        options.camera,
        urlsplit(options.source).hostname,
        recording_id=recording.recording_id,
        plan_id=recording.plan_id,
    )
