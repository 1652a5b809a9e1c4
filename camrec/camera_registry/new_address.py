"""What becomes of a camera, and of its password, when it gets another address."""

from __future__ import annotations

from dataclasses import replace

from camrec.camera_address import CameraAddress
from camrec.camera_registry.identity import address_identity, is_same_server
from camrec.camera_registry.known_camera import KnownCamera


def move_camera(
    camera: KnownCamera,
    known: CameraAddress | None,
    source: CameraAddress,
    secrets: str | None,
) -> tuple[KnownCamera, CameraAddress | None]:
    """The camera at its new address `source`, and its complete address if that is known.

    The password is kept if `source` has none and is on the same scheme, host and port; otherwise it
    would be sent to another machine, or without TLS. An address with masked parameters, as a reply
    contains it, means the address that the camera has. What was measured at another address is
    forgotten.

    Parameters
    ----------
    known
        The complete address until now; None if it is not known.
    secrets
        The fingerprint of the secret parameters of `source`.
    """
    is_same = camera.secrets is not None and secrets is None and source.url == camera.url
    if is_same:
        secrets = camera.secrets
    keeps_password = source.credential is None and is_same_server(camera.address, source)
    guarded = source.credential is not None or (keeps_password and camera.guarded)
    changes = {"url": source.url, "guarded": guarded, "secrets": secrets}
    if secrets != camera.secrets or address_identity(source) != address_identity(camera.address):
        changes["delay"] = None
    moved = camera.model_copy(update=changes)
    if (is_same or (keeps_password and guarded)) and known is None:
        return moved, None
    if is_same and known is not None:
        source = replace(known, credential=source.credential or known.credential)
    elif keeps_password and known is not None:
        source = replace(source, credential=known.credential)
    return moved, source
