"""The output of all commands: language, stdout and stderr, tables and progress bars.

Results go to stdout, so that they can be piped. Everything else goes to stderr.
"""

from __future__ import annotations

import json

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table

from camrec.cli.number_format import format_decimal, format_megabytes
from camrec.errors import CamrecError
from camrec.i18n import system_language, translate
from camrec.redaction import redact

CONSOLE_LANGUAGE = system_language()
PIPE_WIDTH_CHARS = 10_000  # longer than any row, so that a row is one line in a pipe

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)


def cli_text(key: str, **facts: object) -> str:
    """Return a text of the command line in the user's language."""
    return translate(f"cli.{key}", CONSOLE_LANGUAGE, **facts)


def print_json(value: object) -> None:
    """Print JSON for programs, in ASCII if the output is not UTF-8."""
    only_ascii = not out.encoding.lower().replace("-", "").startswith("utf8")
    out.print(json.dumps(value, indent=2, ensure_ascii=only_ascii), markup=False, highlight=False)


def print_table(table: Table) -> None:
    """Print a table. It is folded to the width of a terminal; in a pipe, each row is one line."""
    console = out if out.is_terminal else Console(width=PIPE_WIDTH_CHARS)
    console.print(table)


def print_message(line: str) -> None:
    """Print a line for people."""
    err.print(escape(line), highlight=False)


def print_error(error: CamrecError) -> None:
    """Print an error in the user's language."""
    print_error_line(redact(error.text(CONSOLE_LANGUAGE)))


def print_error_line(line: str) -> None:
    """Print what failed."""
    err.print(f"[red]{escape(line)}[/red]", highlight=False)


def make_table(*headers: str) -> Table:
    """Make a table. `headers` are the keys of its headings. Wide cells are folded, never cut."""
    table = Table(box=None, pad_edge=False)
    for header in headers:
        table.add_column(cli_text(header), overflow="fold")
    return table


def make_facts_table() -> Table:
    """Make a table with a name and a value in each row."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    return table


class _SecondsColumn(ProgressColumn):
    """The seconds that are recorded, of how many."""

    def render(self, task: Task) -> str:
        total = "" if task.total is None else f" / {task.total:.0f}"
        return f"{task.completed:.0f}{total} s"


def recording_progress_bar() -> Progress:
    """Make the progress bars of recordings.

    Each task has `completed` and `total` in seconds, and a field `size`, which is a text. A
    recording without an end has no `total`.
    """
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        _SecondsColumn(),
        TextColumn("{task.fields[size]}"),
        TimeRemainingColumn(),
        console=err,
    )


def format_number(number: float, digits: int) -> str:
    """Format a number in the user's language, with so many digits after the decimal point."""
    return format_decimal(number, digits, CONSOLE_LANGUAGE)


def format_size(size: int) -> str:
    """Format a size in bytes as megabytes, in the user's language."""
    return format_megabytes(size, CONSOLE_LANGUAGE)
