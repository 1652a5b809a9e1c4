"""The list of stored cameras in memory, and its way to the disk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from camrec.camera_registry.camera_file import CameraFile, CameraFileContent
from camrec.camera_registry.known_camera import KnownCamera


class StoredCameras:
    """The content of a file, read at its first use. A change is in memory first, then `save`d.

    Not safe for several threads, except that `save` may run while others read.
    """

    def __init__(self, file: CameraFile) -> None:
        self._file = file
        self._read_content: CameraFileContent | None = None
        self._before: CameraFileContent | None = None  # what it was before the last `change`
        self._saved: CameraFileContent | None = None  # what the disk has; None: not known

    @property
    def cameras(self) -> tuple[KnownCamera, ...]:
        """The one that was opened last comes first."""
        return self._content.cameras

    @property
    def salt(self) -> bytes:
        """For the fingerprints of secret parameters."""
        return self._content.salt

    def load(self) -> None:
        """Read the file again. The cameras of an older camrec's file count as a change."""
        self._read_content = self._before = content = self._file.read()
        self._saved = None if self._file.replaces_old_file else content

    def change(self, cameras: Iterable[KnownCamera]) -> None:
        """Change the list in memory. Then call `save`, and `undo` if that fails and must not."""
        self._before = self._content
        self._read_content = replace(self._content, cameras=tuple(cameras))

    def save(self) -> None:
        """Return once the disk has the last change, and those before it that could not be saved.

        Raises
        ------
        ServiceError (``cameras_file_kept``, ``folder_unwritable``)
        """
        content = self._content
        if content != self._saved:
            self._saved = None  # if writing fails, the disk may have either
            self._file.write(content)
            self._saved = content

    def undo(self) -> None:
        """Take the last change back, in memory."""
        self._read_content = self._before

    @property
    def _content(self) -> CameraFileContent:
        if self._read_content is None:
            self.load()
        assert self._read_content is not None
        return self._read_content
