"""The file from which a response is read, and files that replace it."""

from __future__ import annotations

import re
from typing import Protocol

_HEADER_NAME_PATTERN = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)([ \t]*):")
_HEADER_VALUE_PATTERN = re.compile(rb"[\t\x20-\x7e\x80-\xff]*\r?\n?")


class ResponseBodyFile(Protocol):
    """The methods of a response's file that http.client and camrec use."""

    def readline(self, limit: int = -1, /) -> bytes: ...

    def read1(self, size: int = -1, /) -> bytes: ...

    def read(self, size: int = -1, /) -> bytes: ...

    def flush(self) -> None: ...

    def close(self) -> None: ...

    @property
    def closed(self) -> bool: ...


class _ReplacedFile:
    """A file that reads from another file.

    file : the other file.
    """

    def __init__(self, file: ResponseBodyFile) -> None:
        self.file = file

    def readline(self, limit: int = -1, /) -> bytes:
        return self.file.readline(limit)

    def read1(self, size: int = -1, /) -> bytes:
        return self.file.read1(size)

    def read(self, size: int = -1, /) -> bytes:
        return self.file.read(size)

    def flush(self) -> None:
        self.file.flush()

    def close(self) -> None:
        self.file.close()

    @property
    def closed(self) -> bool:
        return self.file.closed


class UnreadLines(_ReplacedFile):
    """A file that begins with lines that were already read from it."""

    def __init__(self, file: ResponseBodyFile, *lines: bytes) -> None:
        super().__init__(file)
        self._lines = [each for each in lines if each]

    def without_read_lines(self) -> ResponseBodyFile:
        """The other file if all lines were read again, else this one."""
        if self._lines:
            return self
        file = self.file
        return file.without_read_lines() if isinstance(file, UnreadLines) else file

    def readline(self, limit: int = -1, /) -> bytes:
        return self._lines.pop(0) if self._lines else self.file.readline(limit)

    def read1(self, size: int = -1, /) -> bytes:
        return self._lines.pop(0) if self._lines else self.file.read1(size)

    def read(self, size: int = -1, /) -> bytes:
        return self._lines.pop(0) if self._lines else self.file.read(size)


class HeaderLines(_ReplacedFile):
    """A file without the header lines that http.client would mistake for the end of the headers."""

    def readline(self, limit: int = -1, /) -> bytes:
        while True:
            line = self.file.readline(limit)
            if line in (b"\r\n", b"\n", b""):
                return line
            name = _HEADER_NAME_PATTERN.match(line)
            if name and not name[2] and _HEADER_VALUE_PATTERN.fullmatch(line, name.end()):
                return line
            if name:
                return name[1] + b":" + line[name.end() :]
