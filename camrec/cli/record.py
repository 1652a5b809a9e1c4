"""``camrec record`` and ``camrec probe``: one camera, on free ports, beside whatever else runs."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from typer import BadParameter

from camrec.camera_address import parse
from camrec.cli.console import (
    LANGUAGE,
    facts,
    megabytes,
    note,
    print_json,
    print_table,
    recording_progress,
    say,
)
from camrec.cli.context import asked_to_end, station_of
from camrec.cli.open_camera import open_camera, wait_until_open
from camrec.cli.remote_recording import record_by, running_camrec
from camrec.config import Config
from camrec.errors import StateError
from camrec.library import Video
from camrec.receipt import Receipt
from camrec.recording import Recording
from camrec.session import Session, SessionState
from camrec.station import Station
from camrec.stream_search import bare_host
from camrec.web.handlers.sessions import describe

LOOK = 2.0  # seconds over which a probe measures
ENDED = (SessionState.CLOSED, SessionState.FAILED)


def record(
    url: str, duration: int, output: Path | None, config: Path | None, videos: Path | None
) -> None:
    _check(url)
    if output is not None:
        _record_there(url, duration, output, config)
        return
    settings = _settings(config, videos_dir=videos)
    with ExitStack() as stack:
        try:
            station = stack.enter_context(station_of(settings))
        except StateError as error:
            if error.code != "folder_taken":
                raise
            if (running := running_camrec(settings)) is None:
                raise
            receipt, path = record_by(running, url, duration, settings)
        else:
            [video] = record_all(station, [open_camera(station, station.locate(url))], duration)
            receipt, path = video.receipt, video.path
        print_receipt(receipt, path)


def probe(url: str, save: Path | None, config: Path | None, *, as_json: bool) -> None:
    _check(url)
    if save is not None:
        return _save_report(url, save, config)
    with tempfile.TemporaryDirectory(prefix="camrec-") as folder:
        settings = _settings(config, videos_dir=folder, log_level="error")
        with station_of(settings) as station:
            session = open_camera(station, station.locate(url))
            # Figures are of what came lately: let some of it come.
            session.machine.wait(lambda state: state in ENDED, LOOK)
            if as_json:
                print_json(describe(session, LANGUAGE).model_dump(mode="json"))
            else:
                _describe(session)


def _save_report(url: str, path: Path, config: Path | None) -> None:
    """Where the camera does not deliver, the command fails, and the report is there."""
    if path.exists():
        raise BadParameter(say("record.exists", path=str(path)))
    if not path.parent.is_dir():
        raise BadParameter(say("record.no_folder", path=str(path.parent)))
    with tempfile.TemporaryDirectory(prefix="camrec-") as folder:
        settings = _settings(config, videos_dir=folder, log_level="error")
        with station_of(settings) as station:
            note(say("probe.saving"))
            findings = station.report(station.locate(url), path)
    note(say("probe.saved", path=str(path)))
    if findings.error is not None:
        raise findings.error


def _check(url: str) -> None:
    """Before anything is started for it. A bare host is one: its stream is searched for."""
    if bare_host(url) is None:
        parse(url)


def record_all(station: Station, sessions: Sequence[Session], seconds: int) -> list[Video]:
    """Record them together, with a bar each. Ctrl+C ends it early and saves."""
    for session in sessions:
        wait_until_open(session)
        if session.state is SessionState.FAILED:
            raise session.error
    with asked_to_end() as reasons:
        recordings = [station.record(session.session_id, seconds) for session in sessions]
        _watch(recordings, [session.name for session in sessions], reasons)
    for recording in recordings:
        if recording.error is not None:
            raise recording.error
    return [station.library.get(recording.filename) for recording in recordings]


def print_receipt(receipt: Receipt | None, path: Path) -> None:
    note(say("saved", path=str(path)))
    if receipt is not None:
        for warning in receipt.warnings:
            note(warning.text(LANGUAGE))
        print_json(receipt.model_dump(mode="json"))


def _settings(config: Path | None, **overrides: object) -> Config:
    return Config.load(config, mediamtx_port=0, go2rtc_port=0, **overrides)


def _record_there(url: str, duration: int, output: Path, config: Path | None) -> None:
    """Into that file, whoever uses the videos folder."""
    with _folder_beside(output) as folder:
        with station_of(_settings(config, videos_dir=folder)) as station:
            [video] = record_all(station, [open_camera(station, station.locate(url))], duration)
            _put(video, output)
        print_receipt(video.receipt, output)


def _watch(recordings: Sequence[Recording], names: Sequence[str], reasons: list[str]) -> None:
    """Until all are saved or have failed; ended early as soon as there is a reason."""
    with recording_progress() as progress:
        tasks = [
            progress.add_task(name, total=each.duration, size="")
            for each, name in zip(recordings, names, strict=True)
        ]
        while not all([each.wait(0.1) for each in recordings]):
            for each, task in zip(recordings, tasks, strict=True):
                if reasons:
                    each.stop(reasons[0])
                progress.update(task, completed=each.elapsed, size=megabytes(each.bytes))


@contextmanager
def _folder_beside(output: Path) -> Iterator[Path]:
    """A hidden folder beside `output` to record into, so that the video is only renamed at the end.

    It stays where it is when something recorded is still in it.
    """
    if output.exists():
        raise BadParameter(say("record.exists", path=str(output)))
    if not output.parent.is_dir():
        raise BadParameter(say("record.no_folder", path=str(output.parent)))
    folder = Path(tempfile.mkdtemp(prefix=".camrec-", dir=output.parent))
    try:
        yield folder
    finally:
        if not any((*folder.glob("*.mp4"), *folder.glob(".parts/*/*"))):
            shutil.rmtree(folder)


def _put(video: Video, output: Path) -> None:
    if video.receipt is not None:
        video.receipt.write(output.with_suffix(".json"))
    os.replace(video.path, output)


def _describe(session: Session) -> None:
    video, audio, figures = session.feed.video, session.feed.audio, session.feed.figures()
    made = facts()
    made.add_row(say("probe.address"), session.source.url)
    made.add_row(say("probe.kind"), session.kind)
    if video is not None:
        made.add_row(say("probe.video"), f"{video.codec} {video.width}x{video.height}")
    made.add_row(say("probe.rate"), f"{figures.fps:.1f}/s, {figures.bit_rate / 1e6:.2f} Mbit/s")
    made.add_row(say("probe.lost"), str(figures.lost))
    sound = f"{audio.codec} {audio.samples} Hz" if audio is not None else say("probe.none")
    made.add_row(say("probe.audio"), sound)
    print_table(made)
