"""``camrec videos`` and ``camrec binaries``: what there is."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import Option

from camrec.binaries import PROGRAMS, find
from camrec.binaries.bar import Bar
from camrec.cli import logs
from camrec.cli.terminal import LANGUAGE, complain, err, megabytes, out, say, table
from camrec.clock import Clock, iso
from camrec.config import Config
from camrec.errors import ServiceError
from camrec.library import Library
from camrec.web import schema
from camrec.web.videos import describe


def videos(as_json: Annotated[bool, Option("--json", help=say("videos.json"))] = False) -> None:
    config = Config.load()
    logs.start(config.log_level, err)
    found = Library(config.videos, Clock()).videos()
    if as_json:
        reply = schema.VideoList(videos=[describe(video) for video in found])
        out.print(reply.model_dump_json(indent=2), markup=False, highlight=False)
        return
    made = table("videos.filename", "videos.started", "videos.duration", "videos.size")
    for video in found:
        started = iso(video.started_at)[:19].replace("T", " ") + "Z"
        made.add_row(video.filename, started, f"{video.duration:.1f} s", megabytes(video.size))
    out.print(made)


def binaries(check: Annotated[bool, Option("--check", help=say("binaries.check"))] = False) -> None:
    config = Config.load()
    logs.start(config.log_level, err)
    made = table("binaries.name", "binaries.version", "binaries.origin", "binaries.path")
    missing: list[ServiceError] = []
    with Bar(err, LANGUAGE) as bar:
        for name in PROGRAMS:
            configured = getattr(config, f"{name}_path")
            try:
                found = find(
                    name, configured=configured, folder=config.bin, progress=bar, fetch=not check
                )
            except ServiceError as error:
                missing.append(error)
            else:
                origin = say(f"origin.{found.origin}")
                made.add_row(name, found.version, origin, str(found.path))
    out.print(made)
    for error in missing:
        complain(error)
    if missing:
        raise typer.Exit(1)
