"""``camrec verify``: checks whether a video has changed since it was saved."""

from __future__ import annotations

from pathlib import Path

import typer

from camrec.cli.console import (
    CONSOLE_LANGUAGE,
    cli_text,
    format_number,
    format_size,
    make_facts_table,
    print_json,
    print_message,
    print_table,
)
from camrec.config import Config
from camrec.i18n import translate
from camrec.recording import VerifyResult, verify_video


def verify(file: Path, config: Config, *, as_json: bool) -> None:
    """Check a video and print the result. The exit code is 1 if something is wrong with it."""
    path = _find_video(file, config)
    result = verify_video(path)
    if as_json:
        _print_json(path, result)
    else:
        _print_table(path, result)
    if result.faults:
        raise typer.Exit(1)


def _find_video(file: Path, config: Config) -> Path:
    """Return the file, or the video with that name in the videos folder."""
    for path in (file, config.videos / file):
        if path.is_file():
            return path
    raise typer.BadParameter(cli_text("verify.no_file", path=str(file)))


def _print_json(path: Path, result: VerifyResult) -> None:
    print_json(
        {
            "path": str(path),
            "size": path.stat().st_size,
            "frames": result.frames,
            "duration": result.duration,
            "sha256": result.sha256,
            "faults": result.faults,
            "receipt": result.receipt and result.receipt.model_dump(mode="json"),
        }
    )


def _print_table(path: Path, result: VerifyResult) -> None:
    table = make_facts_table()
    table.add_row(cli_text("verify.path"), str(path))
    table.add_row(cli_text("verify.size"), format_size(path.stat().st_size))
    table.add_row(cli_text("verify.frames"), str(result.frames))
    table.add_row(cli_text("verify.duration"), f"{format_number(result.duration, 3)} s")
    table.add_row("SHA-256", result.sha256)
    if result.receipt is not None:
        table.add_row(cli_text("verify.started"), result.receipt.started_at)
        table.add_row(
            cli_text("verify.ended"),
            translate(f"videos.ended_{result.receipt.ended}", CONSOLE_LANGUAGE),
        )
        for gap in result.receipt.gaps:
            start, duration = format_number(gap.start, 3), format_number(gap.duration, 3)
            table.add_row(cli_text("verify.gap"), f"{start} s + {duration} s")
    print_table(table)
    for fault, what in result.faults.items():
        print_message(cli_text(f"verify.fault.{fault}", what=what))
    if result.receipt is None:
        print_message(cli_text("verify.no_receipt"))
    if not result.faults:
        print_message(cli_text("verify.good"))
