"""Downloads one file over HTTPS, checks its SHA-256, and limits its size.

This uses requests and not pooch, because pooch has no maximum size and follows redirects to plain
HTTP.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import requests

from camrec.binaries.check import UnusableBinary

DOWNLOAD_CONNECT_TIMEOUT_S = 4.0
DOWNLOAD_READ_TIMEOUT_S = 15.0
MAX_DOWNLOAD_BYTES = 200 << 20
MAX_DOWNLOADED_TEXT_BYTES = 4 << 20
DOWNLOAD_CHUNK_BYTES = 1 << 17


def download_file(url: str, file: Path, sha256: str, progress: Callable[[int, int], None]) -> None:
    """Download `url` into `file`.

    Parameters
    ----------
    sha256
        The SHA-256 that the file must have, in hexadecimal.
    progress
        Called with the bytes so far and the total (0 if the server does not send it).

    Raises
    ------
    UnusableBinary
        The download failed, is too large, or has another SHA-256. `file` may be incomplete.
    """
    digest = hashlib.sha256()
    with _open_url(url) as response, file.open("wb") as out:
        total = _announced_size(response)
        done = 0
        for chunk in _read_limited(response, MAX_DOWNLOAD_BYTES):
            out.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            progress(done, total)
    if digest.hexdigest() != sha256.lower():
        raise UnusableBinary("wrong_checksum", url=url, found=digest.hexdigest(), expected=sha256)


def download_text(url: str) -> str:
    """Download a short text, such as a list of checksums. Raises UnusableBinary."""
    with _open_url(url) as response:
        return b"".join(_read_limited(response, MAX_DOWNLOADED_TEXT_BYTES)).decode(
            "utf-8", errors="replace"
        )


class _DownloadSession(requests.Session):
    """Uses the proxy in the environment variables, and sends no credential from ~/.netrc."""

    def __init__(self) -> None:
        super().__init__()
        self.auth = lambda prepared: prepared

    def rebuild_auth(
        self, prepared_request: requests.PreparedRequest, response: requests.Response
    ) -> None:
        """Send no credential to the host that a redirect leads to."""
        prepared_request.headers.pop("Authorization", None)


@contextmanager
def _open_url(url: str) -> Iterator[requests.Response]:
    with _DownloadSession() as session:
        if urlsplit(url).hostname not in ("127.0.0.1", "localhost"):
            # Without this adapter, neither the address nor a redirect can use plain HTTP.
            del session.adapters["http://"]
        try:
            with session.get(
                url,
                stream=True,
                timeout=(DOWNLOAD_CONNECT_TIMEOUT_S, DOWNLOAD_READ_TIMEOUT_S),
                headers={"Accept-Encoding": "identity"},
            ) as response:
                if response.status_code != 200:
                    raise UnusableBinary("http_status", url=url, status=response.status_code)
                yield response
        except requests.RequestException as error:
            raise _error_from_request(url, error) from None


def _read_limited(response: requests.Response, max_bytes: int) -> Iterator[bytes]:
    size = _announced_size(response)
    if size <= max_bytes:
        size = 0
        for chunk in response.iter_content(DOWNLOAD_CHUNK_BYTES):
            size += len(chunk)
            if size > max_bytes:
                break
            yield chunk
    if size > max_bytes:
        raise UnusableBinary("too_large", url=response.url, bytes=max_bytes)


def _announced_size(response: requests.Response) -> int:
    """Return the size in bytes that the server announces; 0 if it announces none or nonsense."""
    announced = response.headers.get("Content-Length", "")
    return int(announced) if announced.isascii() and announced.isdigit() else 0


def _error_from_request(url: str, error: requests.RequestException) -> UnusableBinary:
    """Return an error with a short reason. The text of a requests exception is long."""
    known = {
        requests.exceptions.InvalidSchema: "not_https",
        requests.exceptions.SSLError: "bad_certificate",
        requests.exceptions.ChunkedEncodingError: "cut_off",
        requests.exceptions.Timeout: "silent",
        requests.exceptions.ConnectionError: "no_connection",
    }
    for kind, code in known.items():
        if isinstance(error, kind):
            return UnusableBinary(code, url=url)
    return UnusableBinary("request_failed", url=url, reason=type(error).__name__)
