"""A process that the tests fork has what a Python has that was started for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from support import leaks
from support.forked import run_python, start_python
from support.stopping import python_environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nothing is forked there")

TELL = """
import json, os, sys
streams = [[each.name, each.encoding, each.errors, each.line_buffering, each.write_through]
           for each in (sys.stdin, sys.stdout, sys.stderr)]
print(json.dumps({"arguments": sys.argv, "first": sys.path[:3], "folder": os.getcwd(),
                  "environment": dict(os.environ), "streams": streams, "name": __name__,
                  "read": sys.stdin.read(), "parent": os.getppid()}))
sys.exit(3)
"""


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1:replace"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_it_has_the_arguments_streams_folder_and_environment_of_a_python(
    tmp_path, encoding, unbuffered
):
    environment = python_environment(
        LC_ALL="C", PYTHONIOENCODING=encoding, PYTHONUNBUFFERED=unbuffered, OWN="é"
    )
    options = {"cwd": tmp_path, "env": environment, "input": "typed", "text": True}
    forked = run_python("-c", TELL, "an argument", **options)
    command = [sys.executable, "-c", TELL, "an argument"]
    usual = subprocess.run(command, capture_output=True, **options)
    assert (forked.returncode, forked.stderr) == (usual.returncode, usual.stderr) == (3, "")
    assert json.loads(forked.stdout) == json.loads(usual.stdout)
    assert json.loads(forked.stdout)["parent"] == os.getpid()


def test_a_module_and_a_script_are_run(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("import sys; print(sys.argv, sys.path[0], __name__)")
    for arguments in (("-m", "script", "a"), (str(script), "a")):
        options = {"cwd": tmp_path, "env": python_environment(), "text": True}
        usual = subprocess.run([sys.executable, *arguments], capture_output=True, **options)
        assert run_python(*arguments, **options).stdout == usual.stdout != ""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_a_signal_ends_it_and_a_left_one_is_noticed(name):
    waits = "import time; print(flush=True); time.sleep(60)"
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    before = leaks._there()
    with start_python("-c", waits, env=python_environment(), **pipes) as child:
        child.stdout.readline()
        (left,) = leaks._there() - before
        assert str(child.pid) in left
        child.send_signal(signal.Signals[name])
    assert child.returncode == -signal.Signals[name]
    assert leaks._there() <= before
