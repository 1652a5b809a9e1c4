"""The log of a camrec without a terminal."""

from __future__ import annotations

import stat
import sys

import pytest

from camrec.cli.log_file import LogFile
from camrec.errors import ServiceError


def test_everything_is_appended_in_utf_8(tmp_path):
    path = tmp_path / "folder" / "camrec.log"
    for line in ("été\n", "odd \udce9\n"):
        log = LogFile(path)
        print(line, end="", file=log)
        assert path.read_text("utf-8").endswith(line.replace("\udce9", "\\udce9"))
        log.close()
    assert path.read_text("utf-8") == "été\nodd \\udce9\n"


def test_a_large_log_is_renamed_and_replaces_the_one_before(tmp_path):
    path = tmp_path / "camrec.log"
    log = LogFile(path, max_bytes=10)
    for number in range(5):
        log.write(f"line {number}\n")
    log.close()
    assert path.read_text("utf-8") == "line 4\n"
    assert (tmp_path / "camrec.log.1").read_text("utf-8") == "line 2\nline 3\n"


def test_a_log_that_cannot_be_renamed_goes_on(tmp_path):
    path = tmp_path / "camrec.log"
    (tmp_path / "camrec.log.1").mkdir()  # as if another program had the file open
    log = LogFile(path, max_bytes=1)
    log.write("one\n")
    log.write("two\n")
    log.close()
    assert path.read_text("utf-8") == "one\ntwo\n"


def test_a_log_that_cannot_be_written_is_an_error_with_its_reason(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ServiceError, match="cannot be written") as caught:
        LogFile(tmp_path / "file" / "camrec.log")
    assert caught.value.code == "log_unwritable"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes; its folder is private")
def test_only_its_user_may_read_the_log(tmp_path):
    path = tmp_path / "camrec.log"
    LogFile(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
