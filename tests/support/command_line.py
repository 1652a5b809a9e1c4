"""camrec's commands as processes, in a folder of their own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from camrec.receipt import Receipt
from support.stopping import python_command, python_environment

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(binaries, tmp_path):
    """A working folder with its settings."""
    ports = {"mediamtx_port": 0, "go2rtc_port": 0, "port": 0}
    settings = {**binaries.settings, **ports, "log_level": "info"}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(settings), "utf-8")
    return tmp_path


def start(place: Path, *arguments: str, language: str = "C") -> subprocess.Popen:
    return subprocess.Popen(
        python_command("-m", "camrec", *arguments),
        cwd=place,
        env=python_environment(LC_ALL=language, COLUMNS="200"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def run(place: Path, *arguments: str, language: str = "C") -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    with start(place, *arguments, language=language) as child:
        try:
            out, err = child.communicate(timeout=120)
        finally:
            child.kill()
    assert "Traceback" not in err, err
    assert "canary" not in out + err
    return child.returncode, out, err


def receipts(out: str) -> list[Receipt]:
    decoder, found = json.JSONDecoder(), []
    while out := out.strip():
        value, end = decoder.raw_decode(out)
        found.append(Receipt.model_validate(value))
        out = out[end:]
    return found
