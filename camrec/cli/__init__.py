"""The command line: each command is a thin call of the station."""

from __future__ import annotations

import sys

import typer

from camrec.cli.listing import binaries, videos
from camrec.cli.recording import probe, record
from camrec.cli.serving import demo, serve
from camrec.cli.terminal import complain, say
from camrec.cli.verifying import verify
from camrec.errors import CamrecError

app = typer.Typer(
    help=say("about"), no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
for command in (serve, demo, record, probe, videos, verify, binaries):
    app.command(help=say(f"{command.__name__}.about"))(command)


def main() -> None:
    """Exit code 0 when it went well, 1 with the reason when not, 2 when it was called wrongly."""
    try:
        app()
    except CamrecError as error:
        complain(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
