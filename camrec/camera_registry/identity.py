"""Which camera an address is."""

from __future__ import annotations

import hashlib
import re

from camrec.camera_address import CameraAddress

# Parameters of scrypt: one fingerprint takes about 50 ms and 16 MB, so that guessing is slow.
SCRYPT_COST, SCRYPT_BLOCK_SIZE, SCRYPT_PARALLELISM = 2**14, 8, 1
FINGERPRINT_BYTES = 16


def address_identity(source: CameraAddress) -> str:
    """The address in the one form that is compared: ``rtsp://host:554/path?query``.

    The host is in lower case, the port is always there, path and query are as they were typed. User
    and password are left out, and secret parameters are masked.
    """
    return _with_port(source, source.url)


def fingerprint_secrets(source: CameraAddress, salt: bytes) -> str | None:
    """What tells two addresses apart that differ only in their secret parameters.

    None if the address has none. The parameters cannot be computed from it, only guessed, which is
    slow.
    """
    if source.masked_url is None:
        return None
    return hashlib.scrypt(
        _with_port(source, source.masked_url.url).encode(),
        salt=salt,
        n=SCRYPT_COST,
        r=SCRYPT_BLOCK_SIZE,
        p=SCRYPT_PARALLELISM,
        dklen=FINGERPRINT_BYTES,
    ).hex()


def is_same_server(first: CameraAddress, second: CameraAddress) -> bool:
    """Whether a password for one of them is for the other: same scheme, host and port."""
    return _server(first) == _server(second)


def _server(source: CameraAddress) -> tuple[str, str, int]:
    return source.url.partition("://")[0], source.host, source.port


def _with_port(source: CameraAddress, url: str) -> str:
    scheme, rest = url.split("://", 1)
    start = re.search(r"[/?]", rest)
    tail = rest[start.start() :] if start is not None else ""
    host = f"[{source.host}]" if ":" in source.host else source.host
    return f"{scheme}://{host}:{source.port}{tail}"
