"""Gives each camera its id and its name, and remembers both."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from typing import Literal

from camrec.camera_address import CameraAddress
from camrec.camera_clock import ClockChoice
from camrec.camera_registry.camera_file import CameraFile
from camrec.camera_registry.camera_list import find_by_id, limit_cameras
from camrec.camera_registry.camera_table import CameraTable
from camrec.camera_registry.credentials import CameraCredentials
from camrec.camera_registry.identity import fingerprint_secrets
from camrec.camera_registry.known_camera import KnownCamera
from camrec.camera_registry.measured_delay import MeasuredDelay
from camrec.camera_registry.new_address import move_camera
from camrec.camera_registry.stored_cameras import StoredCameras
from camrec.credential_store import CredentialStore
from camrec.errors import ServiceError, StateError

log = logging.getLogger(__name__)


class CameraRegistry:
    """The cameras that have delivered video, and those that are being opened. For any thread.

    `CameraTable` has the cameras in memory. This class adds what takes time, without blocking those
    who look one up: the file, the keyring, and fingerprints. A change of a camera is one step for
    all of them, or it is taken back, so `remember`, `update` and `remove` are here together.

    Parameters
    ----------
    file
        Where the cameras are stored.
    credential_store
        The keyring for their passwords; None: passwords are only in memory, and those of cameras
        that stay or that a plan names in the file.
    named_ids
        Returns the ids of the cameras that something names, such as a video. They are not dropped
        to make room. It may read the disk, and is called only if there are too many cameras.
    built_in_ids
        The cameras that are part of camrec. They are not stored, renamed, moved or removed.
    """

    def __init__(
        self,
        file: CameraFile,
        credential_store: CredentialStore | None = None,
        named_ids: Callable[[], Collection[str]] = frozenset,
        built_in_ids: Collection[str] = (),
    ) -> None:
        self._stored = StoredCameras(file)
        self._table = CameraTable(self._stored, built_in_ids)
        self._named_ids = named_ids
        self._credentials = CameraCredentials(credential_store)
        self._write_lock = threading.Lock()  # held while `_stored` and the file change
        # Of what is in memory, `_stored` and `_table`; taken after `_write_lock`, for moments.
        self._lock = threading.Lock()

    def load(self) -> None:
        """Read the file again. The cameras of an older camrec are stored in the new file.

        If the keyring is used, passwords in the file are moved there.
        """
        with self._write_lock:
            with self._lock:
                self._stored.load()
                cameras = self._stored.cameras
            moved = tuple(map(self._credentials.move_to_keyring, cameras))
            if moved != cameras:
                with self._lock:
                    self._stored.change(moved)
            try:
                self._stored.save()
            except ServiceError as error:
                log.warning("%s", error)

    # Look up.

    def cameras(self) -> list[KnownCamera]:
        """All cameras: those that have not delivered yet, then the others, the latest first."""
        with self._lock:
            return self._table.all()

    def get(self, camera_id: str) -> KnownCamera:
        """A camera. Raises NotFoundError (``no_camera``)."""
        with self._lock:
            return self._table.get(camera_id)

    def find(self, source: CameraAddress) -> KnownCamera | None:
        """The camera at an address; None if there is none."""
        fingerprint = self.fingerprint(source)
        with self._lock:
            return self._table.find(source, fingerprint)

    def fingerprint(self, source: CameraAddress) -> str | None:
        """The fingerprint of the secret parameters of an address; None if it has none.

        It takes about 50 ms: compute it before taking a lock.
        """
        with self._lock:
            salt = self._stored.salt
        return fingerprint_secrets(source, salt)

    def source(self, camera: KnownCamera) -> CameraAddress | None:
        """The address with which to open a camera; None if a secret of it is not known."""
        return self._credentials.find(camera)

    def is_built_in(self, camera_id: str) -> bool:
        """Whether a camera is part of camrec."""
        return self._table.is_built_in(camera_id)

    def is_stored(self, camera_id: str) -> bool:
        """Whether the camera has delivered, or a plan names it."""
        with self._lock:
            return self._table.find_stored(camera_id) is not None

    # Sessions.

    def acquire(
        self,
        source: CameraAddress,
        name: str,
        camera_id: str | None = None,
        *,
        fingerprint: str | None = None,
    ) -> KnownCamera:
        """The camera of a new session; it is open until `release` is called.

        Parameters
        ----------
        name
            What the camera is called if it is new.
        camera_id
            Its id, if that is known: of a built-in camera, or of a recording that continues.
        fingerprint
            That of `source`, if the caller has computed it; None: compute it.
        """
        fingerprint = fingerprint or self.fingerprint(source)
        with self._lock:
            return self._table.acquire(source, name, camera_id, fingerprint)

    def release(self, camera_id: str) -> None:
        """A session of this camera has ended."""
        with self._lock:
            self._table.release(camera_id)

    def remember(
        self,
        camera_id: str,
        source: CameraAddress,
        name: str | None = None,
        clock: ClockChoice | None = None,
        stays: bool | None = None,
        planned: bool | None = None,
    ) -> None:
        """Store a camera that delivers video, or that a plan names. It becomes the latest one.

        If that fails, the camera is in memory, and whether it stays is as it was before. The next
        change of any camera writes it as well.

        Parameters
        ----------
        source
            The address with which it was opened.
        name
            What the user called it now; None: its name stays.
        clock
            What dates its frames from now on; None: what did before.
        stays
            Whether it is opened again at each start from now on; None: as before.
        planned
            Whether a plan names it; None: as before.

        Raises
        ------
        ServiceError
            ``cameras_file_kept``, ``folder_unwritable``. ``keyring_unusable``: it stays or a plan
            names it, and its password cannot be stored for that.
        """
        if self.is_built_in(camera_id):
            return
        with self._write_lock:
            with self._lock:
                camera = find_by_id(self._table.all(), camera_id)
                stored = self._table.find_stored(camera_id)
                others = [each for each in self._stored.cameras if each is not stored]
                open_ids = self._table.open_ids
            if camera is None:
                return
            changes = {
                "guarded": source.credential is not None,
                "name": name or camera.name,
                "clock": clock or camera.clock,
                "stays": camera.stays if stays is None else stays,
                "planned": camera.planned if planned is None else planned,
            }
            camera = self._with_stored_address(camera.model_copy(update=changes), source)
            cameras, dropped = limit_cameras(
                [camera, *others], lambda: open_ids.union(self._named_ids())
            )
            with self._lock:
                self._stored.change(cameras)
                self._table.note_stored(camera_id)
            for each in dropped:
                self._credentials.forget(each)
            refusal = self._credentials.keep(camera, source)
            if refusal is not None:
                self._restore_kept(camera, stored)
            try:
                self._stored.save()
            except ServiceError:
                self._restore_kept(camera, stored)
                raise
            if refusal is not None:
                raise refusal

    # Changes.

    def update(
        self,
        camera_id: str,
        *,
        name: str | None = None,
        source: CameraAddress | None = None,
        clock: ClockChoice | None = None,
        delay: MeasuredDelay | Literal["keep"] | None = "keep",
        stays: bool | None = None,
        planned: bool | None = None,
    ) -> KnownCamera:
        """Change what is known about a camera. Return once the disk has it.

        What becomes of its password: see `move_camera`.

        Parameters
        ----------
        name
            A valid name; None: it stays.
        source
            The new address; None: it stays.
        clock
            What dates its frames when it is opened the next time; None: it stays.
        delay
            How late its frames are dated; None: not known. A new address forgets it.
        stays
            Whether it is opened again at each start; None: as before.
        planned
            Whether a plan names it; None: as before.

        Raises
        ------
        NotFoundError (``no_camera``), ServiceError (``cameras_file_kept``, ``folder_unwritable``)
        ServiceError
            ``keyring_unusable``: its password cannot be stored, so it cannot stay or be planned.
        StateError
            ``camera_open``: an open camera keeps its address. ``camera_exists``: another camera has
            this address. ``camera_password_unknown``: it cannot be opened again without its
            password. ``camera_built_in``.
        """
        fingerprint = None if source is None else self.fingerprint(source)
        with self._write_lock:
            before = self.get(camera_id)
            old_source = self._credentials.find(before)
            camera, known, is_moved = before, old_source, False
            if source is not None:
                camera, known = move_camera(before, old_source, source, fingerprint)
                is_moved = source.credential is not None or camera != before
            changes = {
                "name": name or before.name,
                "clock": clock or before.clock,
                "delay": camera.delay if delay == "keep" else delay,
                "stays": before.stays if stays is None else stays,
                "planned": before.planned if planned is None else planned,
            }
            becomes_kept = bool(stays or planned)
            camera = self._with_stored_address(camera.model_copy(update=changes), known)
            with self._lock:
                is_unstored = self._table.is_unstored(camera_id)
                self._table.reject_built_in(before)
                if becomes_kept and known is None and not is_unstored:
                    raise StateError("camera_password_unknown", name=camera.name)
                if is_moved:
                    self._table.reject_open(before)
                    self._table.reject_taken_address(camera)
                if is_unstored:
                    self._table.change_unstored(camera)
                    return camera
                self._stored.change(
                    camera if each is before else each for each in self._stored.cameras
                )
            if becomes_kept and known is not None and not is_moved:
                refusal = self._credentials.keep(camera, known)
                if refusal is not None:
                    with self._lock:
                        self._stored.undo()
                    raise refusal
            self._save_or_undo()
            if is_moved:
                self._credentials.forget(before)
                if known is not None:
                    self._credentials.keep(camera, known)
            return camera

    def remove(self, camera_id: str) -> None:
        """Remove a camera and its password. Return once it is not on the disk any more.

        Raises
        ------
        NotFoundError (``no_camera``), ServiceError (``cameras_file_kept``, ``folder_unwritable``)
        StateError
            ``camera_open``, ``camera_planned``, ``camera_built_in``.
        """
        with self._write_lock:
            with self._lock:
                camera = self._table.get(camera_id)
                self._table.reject_built_in(camera)
                self._table.reject_open(camera)
                if camera.planned:
                    raise StateError("camera_planned", name=camera.name)
                self._stored.change(each for each in self._stored.cameras if each is not camera)
            self._save_or_undo()
            self._credentials.forget(camera)

    def _with_stored_address(
        self, camera: KnownCamera, source: CameraAddress | None
    ) -> KnownCamera:
        address = self._credentials.address_for_file(camera, source)
        return camera.model_copy(update={"stored_address": address})

    def _restore_kept(self, camera: KnownCamera, stored: KnownCamera | None) -> None:
        """Whether a camera stays or is planned is what it was when it was stored the last time."""
        before = camera.kept_as(stored)
        with self._lock:
            self._stored.change(
                before if each.camera_id == camera.camera_id else each
                for each in self._stored.cameras
            )

    def _save_or_undo(self) -> None:
        """Write the last change. If that fails, nothing has changed."""
        try:
            self._stored.save()
        except ServiceError:
            with self._lock:
                self._stored.undo()
            raise
