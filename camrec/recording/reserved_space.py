"""Disk space that is released at the end, so that finalizing works on a full disk."""

from __future__ import annotations

import logging
from pathlib import Path

from camrec import file_system

log = logging.getLogger(__name__)

RESERVED_SPACE_BYTES = 256 << 10  # enough for a receipt


class ReservedSpace:
    """A file in `folder` that does nothing but take up space."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "ballast"

    def take(self) -> None:
        """Write the file. If the disk is full already, only a warning is logged."""
        try:
            self._file.write_bytes(bytes(RESERVED_SPACE_BYTES))
        except OSError as error:
            log.warning("no disk space is reserved in %s: %s", self._file.parent, error.strerror)

    def release(self) -> None:
        """Delete the file. If that fails it is logged: perhaps the disk is not full."""
        try:
            file_system.remove(self._file, missing_ok=True)
        except OSError as error:
            log.warning("the reserved disk space is not released: %s", error)
