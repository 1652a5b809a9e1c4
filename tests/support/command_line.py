"""camrec's commands as processes, in a folder of their own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from camrec.receipt import Receipt
from support.forked import run_python, start_python
from support.programs import Programs
from support.stopping import python_environment

ROOT = Path(__file__).parents[2]
# Several commands in one process, which imports camrec once. There are form feeds between their
# outputs, with the exit code on stdout.
SEVERAL = """
import json, sys
from camrec.cli import main

for arguments in json.loads(sys.argv[1]):
    sys.argv = ["camrec", *arguments]
    code = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code or 0
    print(end=f"\\f{code}\\f")
    print(end="\\f", file=sys.stderr)
"""


@pytest.fixture
def place(binaries, tmp_path):
    """A working folder with its settings."""
    return working_folder(tmp_path, binaries)


def working_folder(folder: Path, binaries: Programs) -> Path:
    ports = {"mediamtx_port": 0, "go2rtc_port": 0, "port": 0}
    settings = {**binaries.settings, **ports, "log_level": "info"}
    (folder / "config.yaml").write_text(yaml.safe_dump(settings), "utf-8")
    return folder


def start(place: Path, *arguments: str, language: str = "C") -> subprocess.Popen:
    return start_python(
        "-m",
        "camrec",
        *arguments,
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


def run_all(
    place: Path,
    *commands: Sequence[str],
    language: str = "C",
    encoding: str = "utf-8",
    columns: int = 200,
) -> list[tuple[int, str, str]]:
    """Exit code, stdout, stderr of each of these commands, one after the other in one process.

    encoding : of the output, as PYTHONIOENCODING has it.
    """
    own = {"LC_ALL": language, "COLUMNS": str(columns), "PYTHONIOENCODING": encoding}
    done = run_python("-c", SEVERAL, json.dumps(commands), cwd=place, env=python_environment(**own))
    codec = encoding.partition(":")[0]
    out, err = (each.decode(codec) for each in (done.stdout, done.stderr))
    assert "Traceback" not in err, err
    parts, errors = out.split("\f"), err.split("\f")
    assert len(parts) == 2 * len(commands) + 1, (out, err)
    return list(zip(map(int, parts[1::2]), parts[:-1:2], errors, strict=False))


def receipts(out: str) -> list[Receipt]:
    decoder, found = json.JSONDecoder(), []
    while out := out.strip():
        value, end = decoder.raw_decode(out)
        found.append(Receipt.model_validate(value))
        out = out[end:]
    return found
