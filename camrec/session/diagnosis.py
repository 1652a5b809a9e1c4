"""Opens a camera once more, and writes all data between it and camrec to a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from camrec.camera_report import CameraFindings, Transcript, capture_log, write_camera_report
from camrec.session.session import Session
from camrec.session.session_state import SessionState

REPORT_MEDIA_DURATION_S = 10.0  # seconds of video and audio in a report


def diagnose(
    create_session: Callable[[Transcript], Session],
    path: Path,
    programs: Mapping[str, str | None],
) -> CameraFindings:
    """Open the camera, read up to `REPORT_MEDIA_DURATION_S` of media, and write the report.

    Parameters
    ----------
    create_session
        Makes a session for this report only, which writes all its connections to the transcript.
    path
        Where the ZIP file is written.
    programs
        The versions of MediaMTX, go2rtc and FFmpeg.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    transcript = Transcript()
    session = create_session(transcript)
    source = session.source
    with capture_log(session.session_id, source.host) as log:
        session.start()
        try:
            session.machine.wait(lambda state: state is not SessionState.OPENING)
            if session.state is SessionState.LIVE:
                session.machine.wait(
                    lambda state: state is not SessionState.LIVE, REPORT_MEDIA_DURATION_S
                )
            findings = _collect_findings(session, programs)
        finally:
            session.close()
    write_camera_report(path, source, transcript, findings, log.text())
    return findings


def _collect_findings(session: Session, programs: Mapping[str, str | None]) -> CameraFindings:
    feed = session.feed
    video, audio = feed.video, feed.audio
    return CameraFindings(
        error=session.error,
        video={"codec": video.codec, "width": video.width, "height": video.height}
        if video is not None
        else None,
        audio={"codec": audio.codec, "rate": audio.samples} if audio is not None else None,
        figures=asdict(feed.figures()),
        programs=programs,
    )
