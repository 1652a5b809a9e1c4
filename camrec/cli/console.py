"""What the commands share on the terminal: its language, its two streams, its progress bars.

Results go to stdout, so that they can be piped; everything else to stderr.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from camrec.errors import CamrecError
from camrec.i18n import system_language, translate
from camrec.redaction import redact

CONSOLE_LANGUAGE = system_language()
PIPE_WIDTH_CHARS = 10_000  # characters: no name is longer

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)


def cli_text(key: str, **facts: Any) -> str:
    """A text of the command line in the user's language."""
    return translate(f"cli.{key}", CONSOLE_LANGUAGE, **facts)


def escape_unencodable() -> None:
    """Where the output cannot say a character (a pipe of code page 1252), it says its number."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_json(value: Any) -> None:
    """For programs: in ASCII where the output is not UTF-8."""
    plain = not out.encoding.lower().replace("-", "").startswith("utf8")
    out.print(json.dumps(value, indent=2, ensure_ascii=plain), markup=False, highlight=False)


def print_table(made: Table) -> None:
    """Folded to a terminal's width; in a pipe each row is one line."""
    console = out if out.is_terminal else Console(width=PIPE_WIDTH_CHARS)
    console.print(made)


def print_message(line: str) -> None:
    err.print(escape(line), highlight=False)


def print_error(error: CamrecError) -> None:
    """An error, in the user's language."""
    err.print(f"[red]{escape(redact(error.text(CONSOLE_LANGUAGE)))}[/red]", highlight=False)


def make_table(*heads: str) -> Table:
    """With the texts of `heads` on top; wide cells are folded, never cut."""
    made = Table(box=None, pad_edge=False)
    for head in heads:
        made.add_column(cli_text(head), overflow="fold")
    return made


def make_facts_table() -> Table:
    """A name and a value in each row."""
    made = Table(box=None, pad_edge=False, show_header=False)
    made.add_column(style="dim")
    made.add_column(overflow="fold")
    return made


def recording_progress_bar() -> Progress:
    """Bars whose tasks have the fields `size` (bytes), `completed` and `total` (seconds)."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} / {task.total:.0f} s"),
        TextColumn("{task.fields[size]}"),
        TimeRemainingColumn(),
        console=err,
    )


def format_megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
