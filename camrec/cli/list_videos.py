"""``camrec videos`` and ``camrec binaries``: what there is."""

from __future__ import annotations

import typer

from camrec import schema
from camrec.binaries import PROGRAMS, find_program
from camrec.cli import log_setup
from camrec.cli.console import (
    CONSOLE_LANGUAGE,
    cli_text,
    err,
    format_megabytes,
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
    log_setup.set_up_logging(config.log_level, err)
    found = VideoLibrary(config.videos, Clock()).videos()
    if as_json:
        reply = schema.VideoListReply(videos=[describe_video(video) for video in found])
        print_json(reply.model_dump(mode="json"))
        return
    made = make_table("videos.filename", "videos.started", "videos.duration", "videos.size")
    for video in found:
        started = format_iso(video.started_at)[:19].replace("T", " ") + "Z"
        made.add_row(
            video.filename, started, f"{video.duration:.1f} s", format_megabytes(video.size)
        )
    print_table(made)


def list_binaries(config: Config, *, fetch: bool, as_json: bool) -> None:
    log_setup.set_up_logging(config.log_level, err)
    made = make_table("binaries.name", "binaries.version", "binaries.origin", "binaries.path")
    listed: list[dict[str, str]] = []
    missing: dict[str, ServiceError] = {}
    with DownloadProgressBar(err, CONSOLE_LANGUAGE) as bar:
        for name in PROGRAMS:
            configured = getattr(config, f"{name}_path")
            try:
                found = find_program(
                    name, configured=configured, folder=config.bin_path, progress=bar, fetch=fetch
                )
            except ServiceError as error:
                missing[name] = error
            else:
                path, version = str(found.path), found.version
                listed.append(
                    {"name": name, "version": version, "origin": found.origin, "path": path}
                )
                made.add_row(name, version, cli_text(f"origin.{found.origin}"), path)
    if as_json:
        faults = {
            name: schema.FaultReply.of(error, CONSOLE_LANGUAGE) for name, error in missing.items()
        }
        told = {name: fault.model_dump() for name, fault in faults.items() if fault}
        print_json({"binaries": listed, "missing": told})
    else:
        print_table(made)
    for error in missing.values():
        print_error(error)
    if missing:
        raise typer.Exit(1)
