"""The help of commands."""

from __future__ import annotations

from typer.testing import CliRunner

from camrec.cli.commands import app


def test_square_brackets_in_a_help_are_no_markup():
    shown = CliRunner().invoke(app, ["serve", "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    assert "camrec[lsl]" in shown.output
