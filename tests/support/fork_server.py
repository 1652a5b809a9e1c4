"""A Python that has imported the libraries, and forks a process for each request.

`support.forked` starts it. A request is the command line, working folder and
environment of a Python process, with the files that are to be its stdin, stdout and stderr; the
reply is its pid. The new process runs on as if Python had just started there. Its parent is not
this process but the one that asked.
"""

from __future__ import annotations

import codecs
import gc
import importlib
import io
import json
import os
import runpy
import socket
import sys
import time
import types
from pathlib import Path

MAX_REQUEST_BYTES = 1 << 20
# What takes long. The modules of the command line are not among them: they look at the environment.
MODULES = ["camrec.station", "camrec.web", "camrec.dashboard.server", "bokeh.server.server"]
MODULES += ["typer", "rich.console", "rich.progress", "rich.table", "yaml"]
TOO_EARLY = "camrec.cli"
OWN_PATHS = os.environ.get("PYTHONPATH", "").split(os.pathsep)


def serve(asker: socket.socket) -> dict:
    """Fork for each request. Returns in each new process, with the request."""
    for name in MODULES:
        importlib.import_module(name)
    assert TOO_EARLY not in sys.modules
    gc.collect()
    gc.freeze()
    while True:
        message, files, *_ = socket.recv_fds(asker, MAX_REQUEST_BYTES, 3)
        if not message:
            sys.exit()
        request = json.loads(message)
        reading, writing = os.pipe()
        between = os.fork()
        if between == 0:
            between = os.getpid()
            if child := os.fork():
                os.write(writing, str(child).encode())
                os._exit(0)
            while os.getppid() == between:
                time.sleep(0.001)
            os.close(reading)
            os.close(writing)
            asker.close()
            take_over(request, files)
            return request
        os.waitpid(between, 0)  # now the asker is the parent of the new process
        asker.send(os.read(reading, 20))
        for each in (reading, writing, *files):
            os.close(each)


def take_over(request: dict, files: list[int]) -> None:
    """Have what a process is given."""
    for number, each in enumerate(files):
        os.dup2(each, number)
        os.close(each)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    encoding, _, errors = os.environ.get("PYTHONIOENCODING", "utf-8").partition(":")
    at_once = bool(os.environ.get("PYTHONUNBUFFERED"))
    how = {"encoding": codecs.lookup(encoding).name, "write_through": at_once}
    sys.stdin = sys.__stdin__ = text_file(0, errors=errors or "strict", **how)
    how["line_buffering"] = not at_once and os.isatty(1)
    sys.stdout = sys.__stdout__ = text_file(1, errors=errors or "strict", **how)
    how["line_buffering"] = not at_once
    sys.stderr = sys.__stderr__ = text_file(2, errors="backslashreplace", **how)


def text_file(number: int, write_through: bool, **how) -> io.TextIOWrapper:
    """As Python opens stdin, stdout and stderr."""
    file = io.FileIO(number, "w" if number else "r", closefd=False)
    file.name = ("<stdin>", "<stdout>", "<stderr>")[number]
    if number == 0:
        file = io.BufferedReader(file)
    elif not write_through:
        file = io.BufferedWriter(file)
    return io.TextIOWrapper(file, write_through=write_through, **how)


def run(first: str, *rest: str) -> None:
    """Do what ``python FIRST REST...`` does: run a module, code, or a script."""
    added = [each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each]
    usual = [each for each in sys.path[1:] if each not in OWN_PATHS]
    if first == "-m":
        sys.path[:] = [os.getcwd(), *added, *usual]
        sys.argv = list(rest)
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif first == "-c":
        sys.path[:] = ["", *added, *usual]
        sys.argv = ["-c", *rest[1:]]
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        exec(compile(rest[0], "<string>", "exec"), main.__dict__)
    else:
        sys.path[:] = [str(Path(first).parent), *added, *usual]
        sys.argv = [first, *rest]
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    run(*serve(socket.socket(fileno=int(sys.argv[1])))["arguments"])
