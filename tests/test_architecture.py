"""Imports run downward only, and rooms of one floor do not know each other."""

from __future__ import annotations

from pathlib import Path

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parent.parent


def test_the_contract_of_rooms_holds(monkeypatch, capfd):
    monkeypatch.chdir(ROOT)
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capfd.readouterr().out


def test_every_module_stands_in_the_picture():
    picture = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = {
        entry.stem
        for entry in (ROOT / "camrec").iterdir()
        if not entry.name.startswith(("_", ".")) and entry.name != "locale"
    }
    assert not {room for room in rooms if f"`{room}`" not in picture and f"`{room}/`" not in picture}
