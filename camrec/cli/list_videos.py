"""``camrec videos`` and ``camrec binaries``: what there is."""

from __future__ import annotations

import typer

from camrec import schema
from camrec.binaries import PROGRAMS, find
from camrec.cli import log_setup
from camrec.cli.console import (
    LANGUAGE,
    complain,
    err,
    megabytes,
    print_json,
    print_table,
    say,
    table,
)
from camrec.cli.download_progress import Bar
from camrec.clock import Clock, iso
from camrec.config import Config
from camrec.errors import ServiceError
from camrec.library import Library
from camrec.web.handlers.videos import describe


def videos(config: Config, *, as_json: bool) -> None:
    log_setup.start(config.log_level, err)
    found = Library(config.videos, Clock()).videos()
    if as_json:
        reply = schema.VideoList(videos=[describe(video) for video in found])
        print_json(reply.model_dump(mode="json"))
        return
    made = table("videos.filename", "videos.started", "videos.duration", "videos.size")
    for video in found:
        started = iso(video.started_at)[:19].replace("T", " ") + "Z"
        made.add_row(video.filename, started, f"{video.duration:.1f} s", megabytes(video.size))
    print_table(made)


def binaries(config: Config, *, fetch: bool, as_json: bool) -> None:
    log_setup.start(config.log_level, err)
    made = table("binaries.name", "binaries.version", "binaries.origin", "binaries.path")
    listed: list[dict[str, str]] = []
    missing: dict[str, ServiceError] = {}
    with Bar(err, LANGUAGE) as bar:
        for name in PROGRAMS:
            configured = getattr(config, f"{name}_path")
            try:
                found = find(
                    name, configured=configured, folder=config.bin, progress=bar, fetch=fetch
                )
            except ServiceError as error:
                missing[name] = error
            else:
                path, version = str(found.path), found.version
                listed.append(
                    {"name": name, "version": version, "origin": found.origin, "path": path}
                )
                made.add_row(name, version, say(f"origin.{found.origin}"), path)
    if as_json:
        faults = {name: schema.Fault.of(error, LANGUAGE) for name, error in missing.items()}
        told = {name: fault.model_dump() for name, fault in faults.items() if fault}
        print_json({"binaries": listed, "missing": told})
    else:
        print_table(made)
    for error in missing.values():
        complain(error)
    if missing:
        raise typer.Exit(1)
