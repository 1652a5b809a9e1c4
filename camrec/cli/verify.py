"""``camrec verify``: is a video still what it was?"""

from __future__ import annotations

from pathlib import Path

import typer

from camrec.cli.console import (
    CONSOLE_LANGUAGE,
    cli_text,
    format_megabytes,
    make_facts_table,
    print_json,
    print_message,
    print_table,
)
from camrec.config import Config
from camrec.i18n import translate
from camrec.recording import VerifyResult, verify_video


def verify(file: Path, config: Config, *, as_json: bool) -> None:
    path = _find_video(file, config)
    found = verify_video(path)
    if as_json:
        _print_json(path, found)
    else:
        _print_table(path, found)
    if found.faults:
        raise typer.Exit(1)


def _find_video(file: Path, config: Config) -> Path:
    """The file, or the video of that name in the videos folder."""
    for path in (file, config.videos / file):
        if path.is_file():
            return path
    raise typer.BadParameter(cli_text("verify.no_file", path=str(file)))


def _print_json(path: Path, found: VerifyResult) -> None:
    print_json(
        {
            "path": str(path),
            "size": path.stat().st_size,
            "frames": found.frames,
            "duration": found.duration,
            "sha256": found.sha256,
            "faults": found.faults,
            "receipt": found.receipt and found.receipt.model_dump(mode="json"),
        }
    )


def _print_table(path: Path, found: VerifyResult) -> None:
    made = make_facts_table()
    made.add_row(cli_text("verify.path"), str(path))
    made.add_row(cli_text("verify.size"), format_megabytes(path.stat().st_size))
    made.add_row(cli_text("verify.frames"), str(found.frames))
    made.add_row(cli_text("verify.duration"), f"{found.duration:.3f} s")
    made.add_row("SHA-256", found.sha256)
    if found.receipt is not None:
        made.add_row(cli_text("verify.started"), found.receipt.started_at)
        made.add_row(
            cli_text("verify.ended"),
            translate(f"videos.ended_{found.receipt.ended}", CONSOLE_LANGUAGE),
        )
        for gap in found.receipt.gaps:
            made.add_row(cli_text("verify.gap"), f"{gap.start:.3f} s + {gap.duration:.3f} s")
    print_table(made)
    for fault, what in found.faults.items():
        print_message(cli_text(f"verify.fault.{fault}", what=what))
    if found.receipt is None:
        print_message(cli_text("verify.no_receipt"))
    if not found.faults:
        print_message(cli_text("verify.good"))
