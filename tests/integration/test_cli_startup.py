"""The command line starts quickly: what a command needs is loaded when it runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from camrec import __version__

pytestmark = pytest.mark.slow(2)

ROOT = Path(__file__).parents[2]
UTF8 = {"PYTHONIOENCODING": "utf-8"}
HEAVY = ["av", "bokeh", "cv2", "numpy", "panel", "param", "pydantic", "requests", "tornado", "yaml"]


def run(*arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments; modules in the folder `path` come before all others."""
    paths = [str(each) for each in (path, ROOT) if each]
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "LC_ALL": "C", **UTF8},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def loaded(code: str) -> set[str]:
    """The heavy libraries that are loaded after this code."""
    tell = f"import sys; print('LOADED', *(set({HEAVY}) & sys.modules.keys()))"
    done = run("-c", f"{code}\n{tell}")
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("LOADED")[2].split())


CALL = """
import sys
from camrec.cli import main
sys.argv = ["camrec", *{arguments}]
try:
    main()
except SystemExit as ended:
    assert ended.code == {code}, ended.code
"""


def test_the_import_loads_no_library():
    assert loaded("import camrec; camrec.__version__; dir(camrec)") == set()


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), (["--version"], 0), ([], 0)])
def test_the_help_of_a_command_loads_no_library(arguments, code):
    assert loaded(CALL.format(arguments=arguments, code=code)) == set()


@pytest.mark.parametrize(
    ("arguments", "code"), [(["record", "--help"], 0), (["record"], 2), (["nothing"], 2)]
)
def test_a_command_s_help_and_a_wrong_call_load_only_what_typer_parses_with(arguments, code):
    assert loaded(CALL.format(arguments=arguments, code=code)) <= {"pydantic"}


def test_running_a_command_loads_the_libraries_that_it_needs():
    assert {"av", "pydantic"} <= loaded("from camrec.cli import list_videos")


def test_the_version_is_printed_without_loading_libraries():
    done = run("-m", "camrec", "--version")
    assert (done.returncode, done.stdout.strip()) == (0, f"camrec {__version__}")


def test_camrec_without_arguments_prints_the_help():
    bare, asked = run("-m", "camrec"), run("-m", "camrec", "--help")
    assert (bare.returncode, bare.stdout) == (0, asked.stdout)
    assert "record" in bare.stdout and not bare.stderr


def test_a_shell_gets_its_completion():
    code = CALL.format(arguments=["--show-completion", "bash"], code=0)
    code = f"import os; os.environ['_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION'] = '1'\n{code}"
    done = run("-c", code)
    assert "_CAMREC_COMPLETE=complete_bash" in done.stdout, done.stderr


@pytest.mark.parametrize("library", ["typer", "rich", "av", "pydantic"])
def test_ctrl_c_while_a_library_loads_prints_no_traceback(library, tmp_path):
    (tmp_path / f"{library}.py").write_text("import signal; signal.raise_signal(signal.SIGINT)\n")
    done = run("-m", "camrec", "videos", path=tmp_path)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr and "KeyboardInterrupt" not in done.stderr
