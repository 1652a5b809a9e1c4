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
        self._unchanged: CameraFileContent | None = None  # what it was before `change`

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
        self._read_content = content = self._file.read()
        self._unchanged = None if self._file.replaces_old_file else content

    def change(self, cameras: Iterable[KnownCamera]) -> None:
        """Change the list in memory. Then call `save`, and `undo` if that fails and must not."""
        self._unchanged = self._content
        self._read_content = replace(self._content, cameras=tuple(cameras))

    def save(self) -> None:
        """Return once the disk has the last change.

        Raises
        ------
        ServiceError (``cameras_file_kept``, ``folder_unwritable``)
        """
        if self._content != self._unchanged:
            self._file.write(self._content)

    def undo(self) -> None:
        """Take the last change back, in memory."""
        self._read_content = self._unchanged

    @property
    def _content(self) -> CameraFileContent:
        if self._read_content is None:
            self.load()
        assert self._read_content is not None
        return self._read_content
