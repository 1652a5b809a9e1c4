"""``camrec record`` and ``camrec probe``: one camera, on free ports, beside whatever else runs."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

from typer import Argument, BadParameter, Option

from camrec.cli.opening import open_camera, wait_until_open
from camrec.cli.running import station_of
from camrec.cli.terminal import LANGUAGE, facts, megabytes, note, out, recording_progress, say
from camrec.config import Config
from camrec.library import Video
from camrec.process import endings
from camrec.recording import Recording
from camrec.session import Session, SessionState
from camrec.sources import parse
from camrec.station import LONGEST, SHORTEST, Station
from camrec.stream_search import bare_host

LOOK = 2.0  # seconds over which a probe measures
ENDED = (SessionState.CLOSED, SessionState.FAILED)

Address = Annotated[str, Argument(metavar="URL", help=say("url"))]


def record(
    url: Address,
    duration: Annotated[int, Option(min=SHORTEST, max=LONGEST, help=say("record.duration"))],
    output: Annotated[Path | None, Option(help=say("record.output"))] = None,
) -> None:
    _check(url)
    with ExitStack() as stack:
        if output is None:
            settings = _settings()
        else:
            settings = _settings(videos_dir=stack.enter_context(_folder_beside(output)))
        station = stack.enter_context(station_of(settings))
        [video] = record_all(station, [open_camera(station, station.locate(url))], duration)
        if output is not None:
            _put(video, output)
        print_receipt(video, output or video.path)


def probe(
    url: Address,
    save: Annotated[Path | None, Option(metavar="FILE.zip", help=say("probe.save"))] = None,
) -> None:
    _check(url)
    if save is not None:
        return _save_report(url, save)
    with tempfile.TemporaryDirectory(prefix="camrec-") as folder:
        settings = _settings(videos_dir=folder, log_level="error")
        with station_of(settings) as station:
            session = open_camera(station, station.locate(url))
            # Figures are of what came lately: let some of it come.
            session.machine.wait(lambda state: state in ENDED, LOOK)
            _describe(session)


def _save_report(url: str, path: Path) -> None:
    """Where the camera does not deliver, the command fails, and the report is there."""
    if path.exists():
        raise BadParameter(say("record.exists", path=str(path)))
    if not path.parent.is_dir():
        raise BadParameter(say("record.no_folder", path=str(path.parent)))
    with tempfile.TemporaryDirectory(prefix="camrec-") as folder:
        settings = _settings(videos_dir=folder, log_level="error")
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
    with _asked_to_end() as reasons:
        recordings = [station.record(session.session_id, seconds) for session in sessions]
        _watch(recordings, [session.name for session in sessions], reasons)
    for recording in recordings:
        if recording.error is not None:
            raise recording.error
    return [station.library.get(recording.filename) for recording in recordings]


def print_receipt(video: Video, path: Path) -> None:
    note(say("saved", path=str(path)))
    if video.receipt is not None:
        for warning in video.receipt.warnings:
            note(warning.text(LANGUAGE))
        out.print(video.receipt.model_dump_json(indent=2), markup=False, highlight=False)


def _settings(**overrides: object) -> Config:
    return Config.load(mediamtx_port=0, go2rtc_port=0, **overrides)


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
def _asked_to_end() -> Iterator[list[str]]:
    """Gets the reason when a signal asks for the end, which does nothing else meanwhile."""
    reasons: list[str] = []

    def asked(name: str) -> None:
        reasons.append("stopped" if name == "SIGINT" else "shutdown")

    before = endings.listen(asked)
    try:
        yield reasons
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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
    out.print(made)
