"""``camrec record`` and ``camrec probe``: one camera, on free ports, beside whatever else runs."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from typer import BadParameter

from camrec.camera_address import parse_address
from camrec.cli.console import (
    CONSOLE_LANGUAGE,
    cli_text,
    format_megabytes,
    make_facts_table,
    print_json,
    print_message,
    print_table,
    recording_progress_bar,
)
from camrec.cli.context import catch_stop_signals, running_station
from camrec.cli.open_camera import open_camera, wait_until_open
from camrec.cli.remote_recording import find_running_camrec, record_remotely
from camrec.config import Config
from camrec.errors import StateError
from camrec.library import VideoFile
from camrec.receipt import Receipt
from camrec.recording import RecordingJob
from camrec.replies import describe_session
from camrec.session import ENDED_SESSION_STATES, Session, SessionState
from camrec.station import Station
from camrec.stream_search import parse_bare_host

PROBE_MEASUREMENT_S = 2.0  # seconds over which a probe measures


def record(
    url: str, duration: int, output: Path | None, config: Path | None, videos: Path | None
) -> None:
    _check_url(url)
    if output is not None:
        _record_to_file(url, duration, output, config)
        return
    settings = _load_config(config, videos_dir=videos)
    with ExitStack() as stack:
        try:
            station = stack.enter_context(running_station(settings))
        except StateError as error:
            if error.code != "folder_taken":
                raise
            if (running := find_running_camrec(settings)) is None:
                raise
            receipt, path = record_remotely(running, url, duration, settings)
        else:
            [video] = record_all(
                station, [open_camera(station, station.resolve_address(url))], duration
            )
            receipt, path = video.receipt, video.path
        print_receipt(receipt, path)


def probe(url: str, save: Path | None, config: Path | None, *, as_json: bool) -> None:
    _check_url(url)
    if save is not None:
        return _save_report(url, save, config)
    with tempfile.TemporaryDirectory(prefix="camrec-") as folder:
        settings = _load_config(config, videos_dir=folder, log_level="error")
        with running_station(settings) as station:
            session = open_camera(station, station.resolve_address(url))
            # Figures are of what came lately: let some of it come.
            session.machine.wait(lambda state: state in ENDED_SESSION_STATES, PROBE_MEASUREMENT_S)
            if as_json:
                print_json(describe_session(session, CONSOLE_LANGUAGE).model_dump(mode="json"))
            else:
                _print_session(session)


def _save_report(url: str, path: Path, config: Path | None) -> None:
    """Where the camera does not deliver, the command fails, and the report is there."""
    if path.exists():
        raise BadParameter(cli_text("record.exists", path=str(path)))
    if not path.parent.is_dir():
        raise BadParameter(cli_text("record.no_folder", path=str(path.parent)))
    with tempfile.TemporaryDirectory(prefix="camrec-") as folder:
        settings = _load_config(config, videos_dir=folder, log_level="error")
        with running_station(settings) as station:
            print_message(cli_text("probe.saving"))
            findings = station.write_report(station.resolve_address(url), path)
    print_message(cli_text("probe.saved", path=str(path)))
    if findings.error is not None:
        raise findings.error


def _check_url(url: str) -> None:
    """Before anything is started for it. A bare host is one: its stream is searched for."""
    if parse_bare_host(url) is None:
        parse_address(url)


def record_all(station: Station, sessions: Sequence[Session], seconds: int) -> list[VideoFile]:
    """Record them together, with a bar each. Ctrl+C ends it early and saves."""
    for session in sessions:
        wait_until_open(session)
        if session.state is SessionState.FAILED:
            raise session.error
    with catch_stop_signals() as reasons:
        recordings = [station.record(session.session_id, seconds) for session in sessions]
        _show_progress(recordings, [session.name for session in sessions], reasons)
    for recording in recordings:
        if recording.error is not None:
            raise recording.error
    return [station.library.get(recording.filename) for recording in recordings]


def print_receipt(receipt: Receipt | None, path: Path) -> None:
    print_message(cli_text("saved", path=str(path)))
    if receipt is not None:
        for warning in receipt.warnings:
            print_message(warning.text(CONSOLE_LANGUAGE))
        print_json(receipt.model_dump(mode="json"))


def _load_config(config: Path | None, **overrides: object) -> Config:
    return Config.load(config, mediamtx_port=0, go2rtc_port=0, **overrides)


def _record_to_file(url: str, duration: int, output: Path, config: Path | None) -> None:
    """Into that file, whoever uses the videos folder."""
    with _temporary_folder_next_to(output) as folder:
        with running_station(_load_config(config, videos_dir=folder)) as station:
            [video] = record_all(
                station, [open_camera(station, station.resolve_address(url))], duration
            )
            _move_video(video, output)
        print_receipt(video.receipt, output)


def _show_progress(
    recordings: Sequence[RecordingJob], names: Sequence[str], reasons: list[str]
) -> None:
    """Until all are saved or have failed; ended early as soon as there is a reason."""
    with recording_progress_bar() as progress:
        tasks = [
            progress.add_task(name, total=each.duration, size="")
            for each, name in zip(recordings, names, strict=True)
        ]
        while not all([each.wait(0.1) for each in recordings]):
            for each, task in zip(recordings, tasks, strict=True):
                if reasons:
                    each.stop(reasons[0])
                progress.update(task, completed=each.elapsed, size=format_megabytes(each.bytes))


@contextmanager
def _temporary_folder_next_to(output: Path) -> Iterator[Path]:
    """A hidden folder beside `output` to record into, so that the video is only renamed at the end.

    It stays where it is when something recorded is still in it.
    """
    if output.exists():
        raise BadParameter(cli_text("record.exists", path=str(output)))
    if not output.parent.is_dir():
        raise BadParameter(cli_text("record.no_folder", path=str(output.parent)))
    folder = Path(tempfile.mkdtemp(prefix=".camrec-", dir=output.parent))
    try:
        yield folder
    finally:
        if not any((*folder.glob("*.mp4"), *folder.glob(".parts/*/*"))):
            shutil.rmtree(folder)


def _move_video(video: VideoFile, output: Path) -> None:
    if video.receipt is not None:
        video.receipt.write(output.with_suffix(".json"))
    os.replace(video.path, output)


def _print_session(session: Session) -> None:
    video, audio, figures = session.feed.video, session.feed.audio, session.feed.figures()
    made = make_facts_table()
    made.add_row(cli_text("probe.address"), session.source.url)
    made.add_row(cli_text("probe.kind"), session.kind)
    if video is not None:
        made.add_row(cli_text("probe.video"), f"{video.codec} {video.width}x{video.height}")
    made.add_row(
        cli_text("probe.rate"), f"{figures.fps:.1f}/s, {figures.bit_rate / 1e6:.2f} Mbit/s"
    )
    made.add_row(cli_text("probe.lost"), str(figures.lost))
    sound = f"{audio.codec} {audio.samples} Hz" if audio is not None else cli_text("probe.none")
    made.add_row(cli_text("probe.audio"), sound)
    print_table(made)
