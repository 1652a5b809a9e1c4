"""The help of commands, and their options."""

from __future__ import annotations

from typer.testing import CliRunner

from camrec.cli import serve
from camrec.cli.commands import app


def test_square_brackets_in_a_help_are_no_markup():
    shown = CliRunner().invoke(app, ["serve", "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    assert "camrec[lsl]" in shown.output


def test_the_demo_takes_another_port_as_the_dashboard_does(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    served = []
    monkeypatch.setattr(serve, "demo", lambda settings, seconds, **_: served.append(settings.port))
    monkeypatch.setattr(serve, "serve", lambda settings, **_: served.append(settings.port))
    for command in ("demo", "serve"):
        assert CliRunner().invoke(app, [command, "--port", "8001"]).exit_code == 0
    assert served == [8001, 8001]
