"""``camrec videos`` lists the finished videos, ``camrec binaries`` the programs in use."""

from __future__ import annotations

import typer

from camrec import schema
from camrec.binaries import PROGRAMS, Binary, find_program
from camrec.cli import log_setup
from camrec.cli.console import (
    CONSOLE_LANGUAGE,
    cli_text,
    err,
    format_number,
    format_size,
    make_table,
    print_error,
    print_json,
    print_table,
)
from camrec.cli.download_progress import DownloadProgressBar
from camrec.clock import Clock, format_iso
from camrec.config import Config
from camrec.errors import ServiceError
from camrec.library import VideoLibrary
from camrec.replies import describe_video


def list_videos(config: Config, *, as_json: bool) -> None:
    """Print the finished videos of the videos folder, newest first."""
    log_setup.set_up_logging(config.log_level, err)
    videos = VideoLibrary(config.videos, Clock()).videos()
    if as_json:
        reply = schema.VideoListReply(videos=[describe_video(video) for video in videos])
        print_json(reply.model_dump(mode="json"))
        return
    table = make_table("videos.filename", "videos.started", "videos.duration", "videos.size")
    for video in videos:
        started = format_iso(video.started_at)[:19].replace("T", " ") + "Z"
        duration = f"{format_number(video.duration, 1)} s"
        table.add_row(video.filename, started, duration, format_size(video.size))
    print_table(table)


def list_binaries(config: Config, *, fetch: bool, as_json: bool) -> None:
    """Print where the programs are. The exit code is 1 if one is missing.

    fetch : whether to download or build the missing ones.
    """
    log_setup.set_up_logging(config.log_level, err)
    found: dict[str, Binary] = {}
    missing: dict[str, ServiceError] = {}
    with DownloadProgressBar(err, CONSOLE_LANGUAGE) as bar:
        for name in PROGRAMS:
            configured = getattr(config, f"{name}_path")
            try:
                found[name] = find_program(
                    name, configured=configured, folder=config.bin_path, progress=bar, fetch=fetch
                )
            except ServiceError as error:
                missing[name] = error
    if as_json:
        _print_binaries_json(found, missing)
    else:
        _print_binaries_table(found)
    for fault in missing.values():
        print_error(fault)
    if missing:
        raise typer.Exit(1)


def _print_binaries_json(found: dict[str, Binary], missing: dict[str, ServiceError]) -> None:
    listed = [
        {
            "name": name,
            "version": binary.version,
            "origin": binary.origin,
            "path": str(binary.path),
        }
        for name, binary in found.items()
    ]
    faults = {
        name: schema.FaultReply.of(error, CONSOLE_LANGUAGE).model_dump()
        for name, error in missing.items()
    }
    print_json({"binaries": listed, "missing": faults})


def _print_binaries_table(found: dict[str, Binary]) -> None:
    table = make_table("binaries.name", "binaries.version", "binaries.origin", "binaries.path")
    for name, binary in found.items():
        origin = cli_text(f"origin.{binary.origin}")
        table.add_row(name, binary.version, origin, str(binary.path))
    print_table(table)
