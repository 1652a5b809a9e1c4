"""Which errors mean that nobody reads a command's output any more."""

from __future__ import annotations

import errno
import os

import pytest

from camrec.cli import closed_pipe
from camrec.cli.closed_pipe import is_closed_pipe


@pytest.fixture
def pipes(monkeypatch):
    monkeypatch.setattr(closed_pipe, "_is_pipe", lambda descriptor: descriptor == 1)


def test_a_broken_pipe_is_one_on_every_system():
    assert is_closed_pipe(BrokenPipeError(errno.EPIPE, "Broken pipe"), "linux")
    assert is_closed_pipe(BrokenPipeError(errno.EPIPE, "Broken pipe"), "win32")


def test_windows_reports_a_closed_pipe_as_an_invalid_argument(pipes):
    error = OSError(errno.EINVAL, "Invalid argument")
    assert is_closed_pipe(error, "win32") and not is_closed_pipe(error, "linux")


def test_an_invalid_argument_about_a_file_or_a_console_is_no_closed_pipe(pipes, monkeypatch):
    assert not is_closed_pipe(OSError(errno.EINVAL, "Invalid argument", "a?.mp4"), "win32")
    monkeypatch.setattr(closed_pipe, "_is_pipe", lambda descriptor: False)
    assert not is_closed_pipe(OSError(errno.EINVAL, "Invalid argument"), "win32")


def test_a_pipe_is_told_from_a_file(tmp_path):
    reader, writer = os.pipe()
    with (tmp_path / "file").open("wb") as file:
        assert closed_pipe._is_pipe(writer) and not closed_pipe._is_pipe(file.fileno())
    os.close(reader)
    os.close(writer)
    assert not closed_pipe._is_pipe(writer)
