"""Sends a file, or a range of it, without blocking the event loop.

Tornado's own StaticFileHandler ignores If-Range, sends no ETag above 64 MiB, caches a file's ETag
for as long as the process runs, and reads files in the event loop.
"""

from __future__ import annotations

import re
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from tornado.iostream import StreamClosedError

from camrec import remote_files, schema
from camrec.compat import abort_response
from camrec.errors import InputError, NotFoundError
from camrec.web.handlers.base import ApiHandler

FILE_CHUNK_BYTES = 256 << 10  # read and sent at a time
# jupyter-server-proxy reads a whole response before it passes it on, and at most 100 MB. So if a
# player requests the rest of a file, it gets a part of it, and then requests the next part.
PROXY_CONTEXT_HEADER, MAX_PROXIED_RANGE_BYTES = "X-ProxyContextPath", 8 << 20


class RangeError(InputError):
    """``bad_range``: the file does not have the requested range."""

    status = 416


class FileHandler(ApiHandler):
    """Responds to GET and HEAD with a file."""

    async def send(self, path: Path, content_type: str, save_as: str | None = None) -> None:
        """Send `path`, the range that the client wants, or 304 if the client has the file.

        save_as : the name of the attachment; None if the browser is to show the file.

        Raises
        ------
        NotFoundError
            ``no_video``
        """
        try:
            file, (size, changed) = await self.call(remote_files.open_with_stamp, path)
        except OSError:  # it was deleted just now, or its storage does not respond
            raise NotFoundError("no_video", filename=path.name) from None
        with file:
            await self._send_opened(file, size, changed, content_type, save_as)

    async def _send_opened(
        self, file: BinaryIO, size: int, changed: int, content_type: str, save_as: str | None
    ) -> None:
        etag = f'"{changed:x}-{size:x}"'
        modified = formatdate(changed // 10**9, usegmt=True)
        self.set_header("Accept-Ranges", "bytes")
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("ETag", etag)
        self.set_header("Last-Modified", modified)
        if self._is_not_modified(etag, changed // 10**9):
            self.set_status(304)
            return
        wanted = self.request.headers.get("Range")
        if self.request.headers.get("If-Range", etag) not in (etag, modified):
            wanted = None
        try:
            part = parse_byte_range(wanted, size)
        except RangeError as error:
            self.set_header("Content-Range", f"bytes */{size}")
            self.send_reply(schema.ErrorReply.of(error, self.language), error.status)
            return
        start, end = part or (0, size)
        if part is not None and PROXY_CONTEXT_HEADER in self.request.headers:
            end = min(end, start + MAX_PROXIED_RANGE_BYTES)
        if part is not None:
            self.set_status(206)
            self.set_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        self.set_header("Content-Type", content_type)
        self.set_header("Content-Length", str(end - start))
        if save_as is not None:
            self.set_header("Content-Disposition", content_disposition(save_as))
        if self.request.method == "GET":
            await self._write_range(file, start, end)

    async def _write_range(self, file: BinaryIO, start: int, end: int) -> None:
        await self.call(file.seek, start)
        while start < end:
            chunk = await self.call(file.read, min(FILE_CHUNK_BYTES, end - start))
            if not chunk:  # the file became shorter than Content-Length
                abort_response(self.request)
                return
            start += len(chunk)
            self.write(chunk)
            try:
                await self.flush()
            except StreamClosedError:
                return

    def _is_not_modified(self, etag: str, modified: int) -> bool:
        known = self.request.headers.get("If-None-Match")
        if known is not None:
            tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
            return etag in tags or "*" in tags
        try:
            since = parsedate_to_datetime(self.request.headers.get("If-Modified-Since", ""))
            return modified <= since.timestamp()
        except (TypeError, ValueError, OverflowError):
            return False


def parse_byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return (start, end) of a Range header, the end excluded; None for the whole file.

    A client that sends several ranges, other units or a malformed header gets the whole file, as
    RFC 9110 allows.

    Raises
    ------
    RangeError
        ``bad_range``: no byte of the range is in the file.
    """
    found = re.fullmatch(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", header or "")
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start = int(found[1])
        end = min(size, int(found[2]) + 1) if found[2] else size
        if found[2] and int(found[2]) < start:
            return None
    if start >= end:
        raise RangeError("bad_range", size=size)
    return start, end


def content_disposition(filename: str) -> str:
    """Return Content-Disposition for a file to be saved, for old and new browsers."""
    plain = re.sub(r'[^ -~]|["\\%]', "_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
