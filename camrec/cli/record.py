"""``camrec record`` and ``camrec probe``: use one camera, and can run next to other camrecs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from typer import BadParameter, Exit

from camrec import file_system
from camrec.annotations import NO_DETAILS, Details
from camrec.camera_address import parse_address
from camrec.camera_clock import ClockChoice
from camrec.cli.console import (
    CONSOLE_LANGUAGE,
    cli_text,
    format_number,
    format_size,
    make_facts_table,
    print_error,
    print_json,
    print_message,
    print_table,
    recording_progress_bar,
)
from camrec.cli.context import INTERRUPTED_EXIT_CODE, catch_stop_signals, running_station
from camrec.cli.open_camera import open_camera, wait_until_open
from camrec.cli.remote_recording import find_running_camrec, record_remotely
from camrec.cli.start_time import parse_start_time, print_wait
from camrec.cli.stop_key import stop_at_q
from camrec.clock import utc_ns
from camrec.config import Config
from camrec.errors import StateError
from camrec.library import VideoFile
from camrec.planning import WallClock, find_timezone
from camrec.receipt import EndReason, Receipt
from camrec.recording import AnyRecording
from camrec.replies import describe_session
from camrec.session import ENDED_SESSION_STATES, Session, SessionState
from camrec.station import Station
from camrec.stream_search import parse_bare_host

PROBE_MEASUREMENT_S = 2.0  # seconds over which a probe measures


@dataclass(frozen=True)
class RecordWish:
    """The options of a recording.

    duration : seconds; None: until it is stopped, in several videos.
    at : when it begins, as a person types it; None: now.
    clock : what dates its frames.
    details : its details, such as subject and condition.
    """

    duration: int | None
    at: str | None = None
    clock: ClockChoice | None = None
    details: Details = NO_DETAILS

    def start_at(self, config: Config) -> int | None:
        """Return when it begins, UTC nanoseconds; None: now. Raises BadParameter."""
        if self.at is None:
            return None
        return parse_start_time(self.at, utc_ns(), WallClock(find_timezone(config.timezone)))


def record(
    url: str, wish: RecordWish, output: Path | None, config: Path | None, videos: Path | None
) -> None:
    """Record a camera, and print the receipt of each video.

    The video is saved in the videos folder, or in the file `output`. If a running camrec uses the
    videos folder, that camrec records.
    """
    check_url(url)
    if output is not None:
        if wish.duration is None:
            raise BadParameter(cli_text("record.output_needs_duration"))
        _record_to_file(url, wish, output, config)
        return
    settings = _load_config(config, videos_dir=videos)
    start_at = wish.start_at(settings)
    with ExitStack() as stack:
        try:
            station = stack.enter_context(running_station(settings))
        except StateError as error:
            if error.code != "folder_taken":
                raise
            if (running := find_running_camrec(settings)) is None:
                raise
            saved = record_remotely(
                running, url, wish.duration, settings, wish.clock, wish.details, start_at
            )
        else:
            videos_saved = _record_one(station, url, wish, start_at)
            saved = [(each.receipt, each.path) for each in videos_saved]
        for receipt, path in saved:
            print_receipt(receipt, path)


def probe(url: str, save: Path | None, config: Path | None, *, as_json: bool) -> None:
    """Open a camera and print what it sends. With `save`, write a report about it instead."""
    check_url(url)
    if save is not None:
        return _save_report(url, save, config)
    with tempfile.TemporaryDirectory(prefix="camrec-", ignore_cleanup_errors=True) as folder:
        settings = _load_config(config, videos_dir=folder, log_level="error")
        with running_station(settings) as station:
            session = open_camera(station, station.cameras.resolve_address(url))
            # The statistics cover the last seconds, so wait until there are some.
            session.machine.wait(lambda state: state in ENDED_SESSION_STATES, PROBE_MEASUREMENT_S)
            if as_json:
                print_json(describe_session(session, CONSOLE_LANGUAGE).model_dump(mode="json"))
            else:
                _print_session(session)


def parse_details(pairs: Sequence[str]) -> Details:
    """Return the details in some ``NAME=VALUE``. Raises BadParameter, InputError."""
    values: dict[str, str] = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator or name in values:
            raise BadParameter(cli_text("record.bad_detail", pair=pair))
        values[name] = value
    return Details(values)


def record_all(
    station: Station,
    sessions: Sequence[Session],
    seconds: int | None,
    details: Details = NO_DETAILS,
    start_at: int | None = None,
) -> list[VideoFile]:
    """Record several cameras with a progress bar each. Ctrl+C ends and saves them early.

    Without a number of `seconds`, only that ends them, or the key ``q``.

    Raises
    ------
    CamrecError
        A camera could not be opened, or a recording could not be saved.
    """
    for session in sessions:
        wait_until_open(session)
        if session.state is SessionState.FAILED:
            assert session.error is not None
            raise session.error
    with catch_stop_signals() as reasons:
        recordings = [
            station.recordings.start(
                session.session_id, seconds, details=details, start_at=start_at
            )
            for session in sessions
        ]
        print_wait(start_at, station.config.timezone)
        if seconds is None:
            stop_at_q(reasons)
            print_message(cli_text("record.until_stopped"))
        _show_progress(recordings, [session.name for session in sessions], reasons)
    for recording in recordings:
        error = recording.error
        if reasons and error is not None and error.code == "recording_cancelled":
            print_error(error)
            raise Exit(INTERRUPTED_EXIT_CODE)
    return [video for recording in recordings for video in _saved_videos(station, recording)]


def print_receipt(receipt: Receipt | None, path: Path) -> None:
    """Print where a video was saved, the warnings, and the receipt as JSON."""
    print_message(cli_text("saved", path=str(path)))
    if receipt is not None:
        for warning in receipt.warnings:
            print_message(warning.text(CONSOLE_LANGUAGE))
        print_json(receipt.model_dump(mode="json"))


def check_url(url: str) -> None:
    """Reject a wrong address before anything is started for it.

    A host without a path is accepted, because camrec searches for its stream.
    """
    if parse_bare_host(url) is None:
        parse_address(url)


def _check_new_file(path: Path) -> None:
    """Reject a path at which no file can be created, before anything is recorded for it."""
    _check_path(path)
    if path.exists():
        raise BadParameter(cli_text("record.exists", path=str(path)))
    if not path.parent.is_dir():
        raise BadParameter(cli_text("record.no_folder", path=str(path.parent)))


def _check_path(path: Path) -> None:
    problem = file_system.find_path_problem(path)
    if problem is not None and problem.kind == "name":
        raise BadParameter(cli_text("record.bad_name", name=problem.name))
    if problem is not None:
        longest = str(file_system.MAX_WINDOWS_PATH_CHARS)
        raise BadParameter(cli_text("record.bad_length", path=str(path), longest=longest))


def _load_config(config: Path | None, **overrides: object) -> Config:
    return Config.load(config, mediamtx_port=0, go2rtc_port=0, **overrides)


def _record_one(
    station: Station, url: str, wish: RecordWish, start_at: int | None
) -> list[VideoFile]:
    address = station.cameras.resolve_address(url)
    session = open_camera(station, address, wish.clock)
    return record_all(station, [session], wish.duration, wish.details, start_at)


def _record_to_file(url: str, wish: RecordWish, output: Path, config: Path | None) -> None:
    """Record into `output`, even while another camrec uses the videos folder."""
    with _temporary_folder_next_to(output) as folder:
        settings = _load_config(config, videos_dir=folder)
        start_at = wish.start_at(settings)
        cameras_from = _load_config(config).videos
        with running_station(settings, cameras_from=cameras_from) as station:
            [video] = _record_one(station, url, wish, start_at)
            _move_video(video, output)
        print_receipt(video.receipt, output)


def _save_report(url: str, path: Path, config: Path | None) -> None:
    """Write a report. If the camera sends no video, its error is raised after that."""
    _check_new_file(path)
    with tempfile.TemporaryDirectory(prefix="camrec-", ignore_cleanup_errors=True) as folder:
        settings = _load_config(config, videos_dir=folder, log_level="error")
        with running_station(settings) as station:
            print_message(cli_text("probe.saving"))
            findings = station.reports.write(station.cameras.resolve_address(url), path)
    print_message(cli_text("probe.saved", path=str(path)))
    if findings.error is not None:
        raise findings.error


def _saved_videos(station: Station, recording: AnyRecording) -> list[VideoFile]:
    if recording.error is not None:
        raise recording.error
    names = recording.filenames if recording.duration is None else recording.filenames[:1]
    return [station.library.get(filename) for filename in names]


def _show_progress(
    recordings: Sequence[AnyRecording], names: Sequence[str], reasons: list[EndReason]
) -> None:
    """Wait until all recordings have ended. End them as soon as `reasons` contains one."""
    with recording_progress_bar() as progress:
        tasks = [
            progress.add_task(name, total=each.duration, size="")
            for each, name in zip(recordings, names, strict=True)
        ]
        while not all([each.wait(0.1) for each in recordings]):  # noqa: C419 - waits for each
            for each, task in zip(recordings, tasks, strict=True):
                if reasons:
                    each.stop(reasons[0])
                progress.update(task, completed=each.elapsed, size=format_size(each.bytes))
        for each, task in zip(recordings, tasks, strict=True):
            progress.update(task, completed=each.elapsed, size=format_size(each.bytes))


@contextmanager
def _temporary_folder_next_to(output: Path) -> Iterator[Path]:
    """Make a hidden folder on the disk of `output`, so that the video is only renamed at the end.

    The folder is removed at the end unless something recorded is still in it.
    """
    _check_new_file(output)
    _check_path(output.with_suffix(".json"))
    folder = Path(tempfile.mkdtemp(prefix=".camrec-", dir=output.parent))
    try:
        yield folder
    finally:
        if not any((*folder.glob("*.mp4"), *folder.glob(".parts/*/*"))):
            file_system.remove_tree(folder)


def _move_video(video: VideoFile, output: Path) -> None:
    if video.receipt is not None:
        video.receipt.write(output.with_suffix(".json"))
    try:
        file_system.replace(video.path, output)
    except file_system.FileInUseError as error:
        raise StateError("file_in_use", file=str(error.file)) from None


def _print_session(session: Session) -> None:
    video, audio, stats = session.feed.video, session.feed.audio, session.feed.figures()
    table = make_facts_table()
    table.add_row(cli_text("probe.address"), session.source.url)
    table.add_row(cli_text("probe.kind"), session.kind)
    if video is not None:
        table.add_row(cli_text("probe.video"), f"{video.codec} {video.width}x{video.height}")
    bit_rate = format_number(stats.bit_rate / 1e6, 2)
    table.add_row(
        cli_text("probe.rate"),
        cli_text("probe.rates", frames=format_number(stats.fps, 1), bits=bit_rate),
    )
    table.add_row(cli_text("probe.lost"), str(stats.lost))
    codec = f"{audio.codec} {audio.samples} Hz" if audio is not None else cli_text("probe.none")
    table.add_row(cli_text("probe.audio"), codec)
    print_table(table)
