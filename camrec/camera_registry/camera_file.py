"""The file with the cameras, ``.cameras.json`` in the videos folder. Only its owner can read it.

It contains the passwords of cameras that stay or that plans name, unless the keyring is used, and
no other password.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from camrec import file_system
from camrec.camera_registry.known_camera import KnownCamera
from camrec.versioned_file import VersionedFile, folder_unwritable

log = logging.getLogger(__name__)

CAMERA_FILE_NAME = ".cameras.json"
OLD_CAMERA_FILE_NAME = ".cameras"  # of camrec without camera ids: a list of names and addresses
CAMERA_FILE_VERSION = 1
SALT_BYTES = 16


@dataclass(frozen=True)
class CameraFileContent:
    """What the file contains.

    cameras : the one that was opened last comes first.
    salt : for the fingerprints of secret parameters.
    unreadable : entries that this camrec does not understand. They are written back as they are.
    further : keys that a later camrec added, also written back.
    """

    cameras: tuple[KnownCamera, ...] = ()
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(SALT_BYTES))
    unreadable: tuple[object, ...] = ()
    further: dict[str, object] = field(default_factory=dict)


class CameraFile:
    """Reads and writes the file in `folder`. The caller sees to it that nobody else writes it.

    Nothing that was in it is lost: see `VersionedFile`. The file of an older camrec is removed once
    its cameras are in this one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = VersionedFile(
            folder / CAMERA_FILE_NAME, CAMERA_FILE_VERSION, "cameras", "cameras_file_kept"
        )
        self._old_path = folder / OLD_CAMERA_FILE_NAME
        self._replaces_old_file = False

    @property
    def replaces_old_file(self) -> bool:
        """Whether the cameras were read from the file of an older camrec."""
        return self._replaces_old_file

    def read(self) -> CameraFileContent:
        """The content. A file that cannot be used is logged, and changed by `write` at most."""
        self._replaces_old_file = False
        try:
            listed, further = self._file.read()
        except FileNotFoundError:
            return self._read_old_file()
        cameras, unreadable = _parse_cameras(listed)
        if unreadable:
            log.error(
                "%d cameras in %s cannot be read and are kept", len(unreadable), self._file.path
            )
        return CameraFileContent(
            cameras, _parse_salt(further.pop("salt", None)), unreadable, further
        )

    def write(self, content: CameraFileContent) -> None:
        """Return once the disk has the new content.

        Raises
        ------
        ServiceError
            ``cameras_file_kept``: a newer camrec wrote the file, or it cannot be read.
            ``folder_unwritable``.
        """
        cameras: list[object] = [each.model_dump() for each in content.cameras]
        further = {"salt": content.salt.hex(), **content.further}
        self._file.write([*cameras, *content.unreadable], further, indent=2)
        if self._replaces_old_file:
            try:
                file_system.remove(self._old_path, missing_ok=True)
            except OSError as error:
                raise folder_unwritable(self._folder, error) from None
            self._replaces_old_file = False

    def _read_old_file(self) -> CameraFileContent:
        """The cameras of an older camrec. Each gets the same id however often this runs."""
        try:
            listed = json.loads(file_system.read_text(self._old_path))
            if not isinstance(listed, list):
                raise ValueError("no list")
        except FileNotFoundError:
            return CameraFileContent()
        except (OSError, ValueError, RecursionError):
            log.error("%s cannot be read and is kept", self._old_path)
            return CameraFileContent()
        cameras, unreadable = _parse_cameras([_with_id(each) for each in listed])
        if unreadable:
            log.error("%d cameras in %s cannot be read", len(unreadable), self._old_path)
        self._replaces_old_file = not unreadable
        return CameraFileContent(cameras)


class ReadOnlyCameraFile(CameraFile):
    """The file of a folder that another camrec may use at the same time: it is never written."""

    def write(self, content: CameraFileContent) -> None:
        """Leave the file as it is."""


def _parse_cameras(listed: list[object]) -> tuple[tuple[KnownCamera, ...], tuple[object, ...]]:
    """The cameras, and the entries that are none or that repeat an id."""
    cameras: dict[str, KnownCamera] = {}
    unreadable: list[object] = []
    for each in listed:
        try:
            camera = KnownCamera.model_validate(each)
        except ValidationError:
            unreadable.append(each)
            continue
        if camera.camera_id in cameras:
            unreadable.append(each)
        else:
            cameras[camera.camera_id] = camera
    return tuple(cameras.values()), tuple(unreadable)


def _parse_salt(text: object) -> bytes:
    """Without its salt a fingerprint means nothing, so a new salt is as good."""
    try:
        salt = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        salt = b""
    return salt or secrets.token_bytes(SALT_BYTES)


def _with_id(entry: object) -> object:
    url = entry.get("url") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(url, str):
        return entry
    camera_id = hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return {**entry, "camera_id": camera_id}
