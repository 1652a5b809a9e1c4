"""The Python on the pages about notebooks runs unchanged; the commands have their options."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from typer.main import get_command

import camrec
from camrec.cli.commands import app
from camrec.config import Config
from support.cameras.mjpeg import MjpegCamera
from support.wire import serving

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("notebook.md", "jupyterlab.md", "remote.md")
ADDRESS = "rtsp://user:password@192.168.1.20:554/stream"
SERVER = "http://127.0.0.1:8000"


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text("utf-8"), re.S)


def run(page: str, replaced: dict[str, str]) -> dict[str, Any]:
    """Run the blocks one after the other, like cells; returns their variables and ``Out``."""
    names: dict[str, Any] = {"Out": []}

    async def cells() -> None:
        for block in blocks(page, "python"):
            for old, new in replaced.items():
                block = block.replace(old, new)
            *tree, last = ast.parse(block).body
            for node, mode in [*((each, "exec") for each in tree), (last, "eval")]:
                value = isinstance(node, ast.Expr) and mode == "eval"
                made = ast.Expression(node.value) if value else ast.Module([node], [])
                flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
                code = compile(made, page, "eval" if value else "exec", flags)
                given = eval(code, names)
                if inspect.isawaitable(given):
                    given = await given
                if value:
                    names["Out"].append(given)

    asyncio.run(cells())
    return names


@pytest.fixture
def folder(binaries, tmp_path, monkeypatch) -> Path:
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(binaries.settings), "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_the_python_of_the_notebook_page_runs(folder, capsys):
    hour = (datetime.now() + timedelta(hours=7)).hour  # a plan of now would record
    hours = {"20:00": f"{hour:02}:00", "06:30": f"{hour:02}:30"}
    with MjpegCamera() as source:
        try:
            names = run("notebook.md", {ADDRESS: source.url, "3600": "60", **hours})
        finally:
            camrec.stop()
    assert names["camera"].name == "Nest box"
    assert names["video"].receipt.ended == "time"
    assert len(list((folder / "videos").glob("*.mp4"))) == 4
    assert names["table"]["text"].to_list() == ["light on", "lever", "looks up"]
    assert names["video"].details == {"subject": "A17", "trial": "3"}
    assert names["frame"].shape == (360, 640, 3) and names["frame"].dtype == np.uint8
    cancelled, *occurrences, error = capsys.readouterr().out.splitlines()
    assert cancelled == "recording_cancelled"
    assert len(occurrences) == 3 and all(" planned  ()" in each for each in occurrences)
    assert error.startswith("bad_duration The length")
    shown = names["Out"]
    assert any(isinstance(each, np.datetime64) for each in shown), "the next start of the plan"
    assert ["Night"] in shown and any("scheduled" in each for each in shown if type(each) is tuple)


def test_the_python_of_the_remote_page_runs(folder):
    config = Config.load(mediamtx_port=0, go2rtc_port=0, token="a secret")
    with MjpegCamera() as source, serving(config) as (station, wire):
        names = run("remote.md", {ADDRESS: source.url, SERVER: wire.url})
        (session,) = station.cameras.sessions()
        assert session.state.value == "live"
        assert names["video"].receipt.ended == "time"
    assert names["Out"][0] == [("Nest box", "live")]
    assert names["Out"][1] == names["video"].path


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_the_pages_have_their_options(page):
    commands = get_command(app).commands
    for line in "".join(blocks(page, "bash")).splitlines():
        if line.startswith("camrec "):
            _, name, *rest = line.split()
            known = {option for each in commands[name].params for option in each.opts}
            assert {word for word in rest if word.startswith("--")} <= known
    for path in re.findall(r"extra_labextensions_path=(\S+)", (DOCS / page).read_text("utf-8")):
        assert (DOCS.parent / path / "camrec/package.json").is_file()
