"""What the commands share on the terminal: its language, its two streams, its progress bars.

Results go to stdout, so that they can be piped; everything else to stderr.
"""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from camrec.errors import CamrecError
from camrec.i18n import system_language, text
from camrec.redaction import redact

LANGUAGE = system_language()

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)


def say(key: str, **facts: Any) -> str:
    """A text of the command line in the user's language."""
    return text(f"cli.{key}", LANGUAGE, **facts)


def note(line: str) -> None:
    err.print(escape(line), highlight=False)


def complain(error: CamrecError) -> None:
    """An error, in the user's language."""
    err.print(f"[red]{escape(redact(error.text(LANGUAGE)))}[/red]", highlight=False)


def table(*heads: str) -> Table:
    """With the texts of `heads` on top; wide cells are folded, never cut."""
    made = Table(box=None, pad_edge=False)
    for head in heads:
        made.add_column(say(head), overflow="fold")
    return made


def facts() -> Table:
    """A name and a value in each row."""
    made = Table(box=None, pad_edge=False, show_header=False)
    made.add_column(style="dim")
    made.add_column(overflow="fold")
    return made


def recording_progress() -> Progress:
    """Bars whose tasks have the fields `size` (bytes), `completed` and `total` (seconds)."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} / {task.total:.0f} s"),
        TextColumn("{task.fields[size]}"),
        TimeRemainingColumn(),
        console=err,
    )


def megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
