"""HTTP answers of cameras whose headers are not by the book.

`http.client` takes the first header line that it does not understand for the end of all headers:
the type and the length behind it would be lost.
"""

from __future__ import annotations

import re
from http.client import HTTPResponse
from typing import Any

_NAME = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)([ \t]*):")
_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*\r?\n?")


class LenientResponse(HTTPResponse):
    """Passes over header lines that are none.

    by_the_book : whether there were none such; go2rtc takes no other answer.
    """

    by_the_book = True

    def _read_status(self) -> tuple[str, int, str]:
        self._unwrap()
        status = super()._read_status()  # type: ignore[misc]
        self.fp: Any = _HeaderLines(self.fp)
        return status

    def begin(self) -> None:
        super().begin()
        self._unwrap()
        lengths = self.headers.get_all("Content-Length", [])
        if len(set(lengths)) > 1 or not all(each.strip().isdecimal() for each in lengths):
            self.by_the_book = False

    def _unwrap(self) -> None:
        if isinstance(self.fp, _HeaderLines):
            self.by_the_book = self.by_the_book and self.fp.by_the_book
            self.fp = self.fp.file


class _HeaderLines:
    """The file of an answer, without the odd ones of its header lines."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.by_the_book = True

    def readline(self, limit: int = -1) -> bytes:
        while True:
            line = self.file.readline(limit)
            if line in (b"\r\n", b"\n", b""):
                return line
            name = _NAME.match(line)
            if name and not name[2] and _VALUE.fullmatch(line, name.end()):
                return line
            self.by_the_book = False
            if name:
                return name[1] + b":" + line[name.end() :]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)
