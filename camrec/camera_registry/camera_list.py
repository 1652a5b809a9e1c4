"""Searches a list of cameras, and keeps it short."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from functools import lru_cache

from camrec.camera_address import CameraAddress, restore_address
from camrec.camera_registry.identity import address_identity
from camrec.camera_registry.known_camera import KnownCamera

MAX_STORED_CAMERAS = 100


def find_by_id(cameras: Iterable[KnownCamera], camera_id: str | None) -> KnownCamera | None:
    """The camera with an id; None if there is none."""
    return next((each for each in cameras if each.camera_id == camera_id), None)


def find_by_address(
    cameras: Iterable[KnownCamera], source: CameraAddress, secrets: str | None
) -> KnownCamera | None:
    """The camera at an address; None if there is none.

    secrets : the fingerprint of the secret parameters of `source`.
    """
    identity = address_identity(source)
    return next(
        (each for each in cameras if each.secrets == secrets and _identity(each.url) == identity),
        None,
    )


def limit_cameras(
    cameras: Sequence[KnownCamera], named_ids: Callable[[], Container[str]]
) -> tuple[tuple[KnownCamera, ...], tuple[KnownCamera, ...]]:
    """Drop the last cameras that nothing names, while there are more than `MAX_STORED_CAMERAS`.

    Returns the cameras that are kept, and those that are dropped. The first camera is kept, and so
    is each that is opened again at each start, or that a plan names.

    named_ids : called only if there are too many.
    """
    excess = len(cameras) - MAX_STORED_CAMERAS
    if excess <= 0:
        return tuple(cameras), ()
    ids = named_ids()
    unnamed = [
        each for each in reversed(cameras[1:]) if not (each.is_kept or each.camera_id in ids)
    ]
    dropped = tuple(unnamed[:excess])
    return tuple(each for each in cameras if each not in dropped), dropped


@lru_cache(maxsize=10 * MAX_STORED_CAMERAS)
def _identity(url: str) -> str:
    return address_identity(restore_address(url))
