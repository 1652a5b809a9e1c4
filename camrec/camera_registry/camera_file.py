"""The file with the cameras, ``.cameras.json`` in the videos folder. Only its owner can read it.

It contains the passwords of cameras that stay, unless the keyring is used, and no other password.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import secrets
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from pydantic import ValidationError

from camrec import file_system
from camrec.camera_registry.known_camera import KnownCamera
from camrec.errors import ServiceError, describe_os_error
from camrec.i18n import Phrase

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

    Nothing that was in the file is lost:

    - A file that contains no cameras (it is damaged, or of another program) gets another name
      before the first change.
    - A file of a newer camrec, and one that cannot be read, is not changed.
    - The file of an older camrec is removed once its cameras are in this one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / CAMERA_FILE_NAME
        self._old_path = folder / OLD_CAMERA_FILE_NAME
        self._is_damaged = False
        self._replaces_old_file = False
        self._kept_reason: Phrase | str | None = None  # why the file must stay as it is

    @property
    def replaces_old_file(self) -> bool:
        """Whether the cameras were read from the file of an older camrec."""
        return self._replaces_old_file

    def read(self) -> CameraFileContent:
        """The content. A file that cannot be used is logged, and changed by `write` at most."""
        self._is_damaged = self._replaces_old_file = False
        self._kept_reason = None
        try:
            return self._parse(file_system.read_bytes(self._path))
        except FileNotFoundError:
            return self._read_old_file()
        except OSError as error:
            self._kept_reason = describe_os_error(error)
            log.error("%s cannot be read and is kept: %s", self._path, error.strerror)
        except (ValueError, RecursionError):
            # The content is not logged: somebody may have written a password into it.
            self._is_damaged = True
            log.error("%s contains no cameras. It gets another name and is kept", self._path)
        return CameraFileContent()

    def write(self, content: CameraFileContent) -> None:
        """Return once the disk has the new content.

        Raises
        ------
        ServiceError
            ``cameras_file_kept``: a newer camrec wrote the file, or it cannot be read.
            ``folder_unwritable``.
        """
        if self._kept_reason is not None:
            reason = self._kept_reason
            raise ServiceError("cameras_file_kept", file=str(self._path), reason=reason)
        try:
            if self._is_damaged:
                self._set_aside()
                self._is_damaged = False
            file_system.write_private(self._path, _format(content))
            if self._replaces_old_file:
                file_system.remove(self._old_path, missing_ok=True)
                self._replaces_old_file = False
        except OSError as error:
            folder, reason = str(self._folder), describe_os_error(error)
            raise ServiceError("folder_unwritable", folder=folder, reason=reason) from None

    def _parse(self, data: bytes) -> CameraFileContent:
        """Raises ValueError or RecursionError if `data` contains no cameras."""
        content = json.loads(data.decode("utf-8-sig"))
        version = content.get("version") if isinstance(content, dict) else None
        if type(version) is not int or version < 1:
            raise ValueError("no version")
        if version > CAMERA_FILE_VERSION:
            self._kept_reason = Phrase("reasons.newer_camrec")
            log.error("%s was written by a newer camrec and is not changed", self._path)
        elif not isinstance(content.get("cameras"), list):
            raise ValueError("no cameras")
        listed = content.pop("cameras", None)
        cameras, unreadable = _parse_cameras(listed if isinstance(listed, list) else [])
        if unreadable:
            log.error("%d cameras in %s cannot be read and are kept", len(unreadable), self._path)
        del content["version"]
        salt = _parse_salt(content.pop("salt", None))
        return CameraFileContent(cameras, salt, unreadable, content)

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

    def _set_aside(self) -> None:
        """Give a damaged file another name. Raises OSError."""
        for number in count(1):
            suffix = ".damaged" if number == 1 else f".damaged-{number}"
            with contextlib.suppress(FileExistsError):
                target = self._path.with_name(f"{self._path.name}{suffix}")
                file_system.rename_no_overwrite(self._path, target)
                log.error("the damaged file is now %s", target)
                return


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


def _format(content: CameraFileContent) -> str:
    cameras: list[object] = [each.model_dump() for each in content.cameras]
    return json.dumps(
        {
            "version": CAMERA_FILE_VERSION,
            "salt": content.salt.hex(),
            "cameras": [*cameras, *content.unreadable],
            **content.further,
        },
        indent=2,
    )
