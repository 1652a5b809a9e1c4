"""The commands and their options.

Each imports what it runs when it is called: help, a completion and a wrong call wait for nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from camrec import __version__
from camrec.cli.console import complain, say, write_any_name
from camrec.errors import CamrecError
from camrec.recording_limits import MAX_DURATION_S, MIN_DURATION_S

app = typer.Typer(help=say("about"), pretty_exceptions_enable=False)

Address = Annotated[str, Argument(metavar="URL", help=say("url"))]
ConfigFile = Annotated[Path | None, Option("--config", help=say("serve.config"))]
VideosFolder = Annotated[Path | None, Option("--videos", help=say("serve.videos"))]
# So that the same options may be given to every command; this one uses no videos folder.
UnusedVideosFolder = Annotated[Path | None, Option("--videos", hidden=True)]
BinFolder = Annotated[Path | None, Option("--bin", help=say("serve.bin"))]
NoBrowser = Annotated[bool, Option("--no-browser", help=say("no_browser"))]
Seconds = Option(min=MIN_DURATION_S, max=MAX_DURATION_S, help=say("record.duration"))


def run() -> None:
    """What the arguments of this process ask for; without any, the help."""
    write_any_name()
    try:
        app(["--help"] if len(sys.argv) == 1 else None)
    except CamrecError as error:
        complain(error)
        sys.exit(1)


def _print_version(asked: bool) -> None:
    if asked:
        print(f"camrec {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, Option("--version", callback=_print_version, is_eager=True, help=say("version"))
    ] = False,
) -> None:
    """Those of camrec itself."""


@app.command(help=say("serve.about"))
def serve(
    config: ConfigFile = None,
    host: Annotated[str | None, Option(help=say("serve.host"))] = None,
    port: Annotated[int | None, Option(min=0, max=65535, help=say("serve.port"))] = None,
    prefix: Annotated[str | None, Option(help=say("serve.prefix"))] = None,
    socket: Annotated[str | None, Option(help=say("serve.socket"))] = None,
    videos: VideosFolder = None,
    bin: BinFolder = None,
    token: Annotated[bool, Option("--token", help=say("serve.token"))] = False,
    no_browser: NoBrowser = False,
) -> None:
    from camrec.cli import serve
    from camrec.config import Config

    settings = Config.load(
        config,
        host=host,
        port=port,
        prefix=prefix,
        socket=socket,
        videos_dir=videos,
        bin_dir=bin,
    )
    serve.serve(settings, token=token, open_browser=not no_browser)


@app.command(help=say("demo.about"))
def demo(
    seconds: Annotated[
        int | None, Option(min=MIN_DURATION_S, max=MAX_DURATION_S, help=say("demo.seconds"))
    ] = None,
    config: ConfigFile = None,
    videos: VideosFolder = None,
    no_browser: NoBrowser = False,
) -> None:
    from camrec.cli import serve
    from camrec.config import Config

    settings = Config.load(config, videos_dir=videos)
    serve.demo(settings, seconds, open_browser=not no_browser)


@app.command(help=say("record.about"))
def record(
    url: Address,
    duration: Annotated[int, Seconds],
    output: Annotated[Path | None, Option(help=say("record.output"))] = None,
    config: ConfigFile = None,
    videos: VideosFolder = None,
) -> None:
    from camrec.cli import record

    record.record(url, duration, output, config, videos)


@app.command(help=say("probe.about"))
def probe(
    url: Address,
    save: Annotated[Path | None, Option(metavar="FILE.zip", help=say("probe.save"))] = None,
    as_json: Annotated[bool, Option("--json", help=say("probe.json"))] = False,
    config: ConfigFile = None,
    videos: UnusedVideosFolder = None,
) -> None:
    from camrec.cli import record

    record.probe(url, save, config, as_json=as_json)


@app.command(help=say("videos.about"))
def videos(
    as_json: Annotated[bool, Option("--json", help=say("videos.json"))] = False,
    config: ConfigFile = None,
    videos: VideosFolder = None,
) -> None:
    from camrec.cli import list_videos
    from camrec.config import Config

    list_videos.videos(Config.load(config, videos_dir=videos), as_json=as_json)


@app.command(help=say("verify.about"))
def verify(
    file: Annotated[Path, Argument(metavar="FILE", help=say("verify.file"))],
    as_json: Annotated[bool, Option("--json", help=say("verify.json"))] = False,
    config: ConfigFile = None,
    videos: VideosFolder = None,
) -> None:
    from camrec.cli import verify
    from camrec.config import Config

    verify.verify(file, Config.load(config, videos_dir=videos), as_json=as_json)


@app.command(help=say("binaries.about"))
def binaries(
    check: Annotated[bool, Option("--check", help=say("binaries.check"))] = False,
    as_json: Annotated[bool, Option("--json", help=say("binaries.json"))] = False,
    config: ConfigFile = None,
    videos: UnusedVideosFolder = None,
    bin: BinFolder = None,
) -> None:
    from camrec.cli import list_videos
    from camrec.config import Config

    list_videos.binaries(Config.load(config, bin_dir=bin), fetch=not check, as_json=as_json)
