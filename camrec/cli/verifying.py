"""``camrec verify``: is a video still what it was?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument

from camrec.cli.terminal import LANGUAGE, facts, megabytes, note, out, say
from camrec.i18n import text
from camrec.recording.verify import verify as look

File = Annotated[
    Path, Argument(metavar="FILE", exists=True, dir_okay=False, help=say("verify.file"))
]


def verify(file: File) -> None:
    found = look(file)
    made = facts()
    made.add_row(say("verify.path"), str(file))
    made.add_row(say("verify.size"), megabytes(file.stat().st_size))
    made.add_row(say("verify.frames"), str(found.frames))
    made.add_row(say("verify.duration"), f"{found.duration:.3f} s")
    made.add_row("SHA-256", found.sha256)
    if found.receipt is not None:
        made.add_row(say("verify.started"), found.receipt.started_at)
        made.add_row(say("verify.ended"), text(f"videos.ended_{found.receipt.ended}", LANGUAGE))
        for gap in found.receipt.gaps:
            made.add_row(say("verify.gap"), f"{gap.start:.3f} s + {gap.duration:.3f} s")
    out.print(made)
    for fault, what in found.faults.items():
        note(say(f"verify.fault.{fault}", what=what))
    if found.receipt is None:
        note(say("verify.no_receipt"))
    if found.faults:
        raise typer.Exit(1)
    note(say("verify.good"))
