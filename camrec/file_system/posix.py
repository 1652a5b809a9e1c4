"""Files on Linux and macOS: an open file can be renamed and deleted, and modes protect it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

PRIVATE_FILE_MODE = 0o600


class PosixFiles:
    """How Linux and macOS handle files. See `platforms.FilePlatform`."""

    max_path_chars = None
    can_open_folders = True
    shared_opener = None

    def create_private(self, path: str, flags: int) -> int:
        """Create a file with mode 0600."""
        return os.open(path, flags, PRIVATE_FILE_MODE)

    def copy_permissions(self, source: Path, target: Path) -> None:
        """Copy the mode. Raises OSError."""
        shutil.copymode(source, target)

    def rename_no_overwrite(self, source: Path, target: Path) -> None:
        """Rename a file. Raises FileExistsError if `target` exists."""
        try:
            os.link(source, target)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            if target.exists():
                raise FileExistsError(17, "File exists", str(target)) from None
            os.rename(source, target)
        else:
            source.unlink()

    def replace(self, source: Path, target: Path) -> None:
        """Rename a file, over `target` if that exists. Raises OSError."""
        os.replace(source, target)

    def remove(self, path: Path) -> None:
        """Delete a file. Raises OSError."""
        path.unlink()

    def set_hidden(self, folder: Path) -> None:
        """Do nothing: the dot hides the folder."""

    def is_forbidden_name(self, name: str) -> bool:
        """Return False: the system rejects a name itself."""
        return False
