"""Recognizes errors of the system in a proxy's log, in which Windows writes in its own language."""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Callable

# Winsock's codes (winsock2.h), and what Go writes for the same error on Linux.
GO_TEXT_BY_WINSOCK_CODE = {
    10051: "network is unreachable",
    10053: "connection reset by peer",  # aborted by this computer
    10054: "connection reset by peer",
    10060: "connection timed out",
    10061: "connection refused",
    10064: "host is down",
    10065: "no route to host",
    11001: "no such host",
}


def format_system_message(code: int) -> str:
    """Return Windows' own text for an error, in the user's language; "" on other systems."""
    if sys.platform == "win32":
        return ctypes.FormatError(code)
    return ""


class SystemMessages:
    """Windows' texts for the errors of a connection.

    Go asks Windows for the English text of an error, and takes the text in the user's language if
    there is no English one (Go, ``syscall.Errno.Error``). This class asks for the same text, by the
    error's number. So it works in any language.

    Parameters
    ----------
    format_message
        Returns the system's text for an error code.
    """

    def __init__(self, format_message: Callable[[int], str] = format_system_message) -> None:
        texts = {code: _normalize(format_message(code)) for code in GO_TEXT_BY_WINSOCK_CODE}
        self._go_texts = {
            text: GO_TEXT_BY_WINSOCK_CODE[code]
            for code, text in texts.items()
            # A text for several errors, such as "no description", says nothing.
            if text and list(texts.values()).count(text) == 1
        }

    def translate(self, line: str) -> str:
        """Return a log line with Go's English text in place of the system's."""
        if not self._go_texts:
            return line
        line = _normalize(line)
        for text, go_text in self._go_texts.items():
            line = line.replace(text, go_text)
        return line


def _normalize(text: str) -> str:
    """Without what Go and `ctypes.FormatError` treat differently at the end of a message."""
    return re.sub(r"\s+", " ", text).strip().rstrip(".")
