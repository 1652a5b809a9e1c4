"""A JSON file of camrec that has a version and contains a list. Nothing that was in it is lost."""

from __future__ import annotations

import json
import logging
from itertools import count
from pathlib import Path

from camrec import file_system
from camrec.errors import ServiceError, describe_os_error
from camrec.i18n import Phrase

log = logging.getLogger(__name__)


class VersionedFile:
    """Reads and writes a file. The caller sees to it that nobody else writes it.

    - A file that does not contain the list (it is damaged, or of another program) gets another name
      before the first change.
    - A file of a newer camrec, and one that cannot be read, is not changed.

    Parameters
    ----------
    path
        The file.
    version
        The version that this camrec writes.
    list_key
        The key of the list.
    kept_code
        The code of the error if the file must not be changed.
    """

    def __init__(self, path: Path, version: int, list_key: str, kept_code: str) -> None:
        self.path = path
        self._version = version
        self._list_key = list_key
        self._kept_code = kept_code
        self._is_damaged = False
        self._kept_reason: Phrase | str | None = None  # why the file must stay as it is

    @property
    def is_usable(self) -> bool:
        """Whether all of it was understood when it was read, or there was none."""
        return self._kept_reason is None and not self._is_damaged

    def read(self) -> tuple[list[object], dict[str, object]]:
        """The list, and what else the file contains.

        Both are empty if the file cannot be used. That is logged, and the file is changed by
        `write` at most. Raises FileNotFoundError.
        """
        self._is_damaged = False
        self._kept_reason = None
        try:
            return self._parse(file_system.read_bytes(self.path))
        except FileNotFoundError:
            raise
        except OSError as error:
            self._kept_reason = describe_os_error(error)
            log.error("%s cannot be read and is kept: %s", self.path, error.strerror)
        except (ValueError, RecursionError):
            # The content is not logged: somebody may have written a password into it.
            self._is_damaged = True
            log.error("%s contains no %s. It gets another name", self.path, self._list_key)
        return [], {}

    def mark_damaged(self) -> None:
        """Something next to the list is damaged: the file gets another name, as one without a list.

        Call it after `read`.
        """
        self._is_damaged = True

    def write(self, listed: list[object], further: dict[str, object], indent: int) -> None:
        """Return once the disk has the new content. Only the file's owner can read it.

        Raises
        ------
        ServiceError
            `kept_code`: a newer camrec wrote the file, or it cannot be read. ``folder_unwritable``.
        """
        if self._kept_reason is not None:
            reason = self._kept_reason
            raise ServiceError(self._kept_code, file=str(self.path), reason=reason)
        content = {"version": self._version, self._list_key: listed, **further}
        try:
            if self._is_damaged:
                self._set_aside()
                self._is_damaged = False
            file_system.write_private(self.path, json.dumps(content, indent=indent))
        except OSError as error:
            raise folder_unwritable(self.path.parent, error) from None

    def make_folder(self) -> None:
        """Create the folder of the file if it is missing.

        Raises
        ------
        ServiceError (``folder_unwritable``)
        """
        try:
            file_system.make_dirs(self.path.parent)
        except OSError as error:
            raise folder_unwritable(self.path.parent, error) from None

    def _parse(self, data: bytes) -> tuple[list[object], dict[str, object]]:
        """Raises ValueError or RecursionError if `data` does not contain the list."""
        content = json.loads(data.decode("utf-8-sig"))
        version = content.pop("version", None) if isinstance(content, dict) else None
        if type(version) is not int or version < 1:
            raise ValueError("no version")
        listed = content.pop(self._list_key, None)
        if version > self._version:
            self._kept_reason = Phrase("reasons.newer_camrec")
            log.error("%s was written by a newer camrec and is not changed", self.path)
        elif not isinstance(listed, list):
            raise ValueError("no list")
        return listed if isinstance(listed, list) else [], content

    def _set_aside(self) -> None:
        """Give a damaged file another name, unless somebody has removed it. Raises OSError."""
        for number in count(1):
            suffix = ".damaged" if number == 1 else f".damaged-{number}"
            target = self.path.with_name(f"{self.path.name}{suffix}")
            try:
                file_system.rename_no_overwrite(self.path, target)
            except FileExistsError:
                continue
            except FileNotFoundError:
                return
            log.error("the damaged file is now %s", target)
            return


def folder_unwritable(folder: Path, error: OSError) -> ServiceError:
    """The error for a folder in which something cannot be changed."""
    return ServiceError("folder_unwritable", folder=str(folder), reason=describe_os_error(error))
