"""Sending a file, or a piece of it, without blocking the loop.

Tornado's own StaticFileHandler ignores If-Range, gives no ETag above 64 MiB, remembers a file's
ETag for as long as the process lives, and reads in the loop.
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

FILE_CHUNK_BYTES = 256 << 10  # bytes read and sent at a time
# jupyter-server-proxy takes an answer whole before it hands it on, and none above 100 MB. A player
# that asks for all that is left takes a piece, and asks for the next.
PROXY_CONTEXT_HEADER, MAX_PROXIED_RANGE_BYTES = "X-ProxyContextPath", 8 << 20


class RangeError(InputError):
    status = 416


class FileHandler(ApiHandler):
    """Answers GET and HEAD with a file."""

    async def send(self, path: Path, content_type: str, save_as: str | None = None) -> None:
        """Send `path`, the piece that Range asks for, or 304 when the caller has it.

        save_as : as an attachment under this name; else to be shown in place.
        """
        try:
            file, (size, changed) = await self.call(remote_files.open_with_stamp, path)
        except OSError:  # deleted this very moment, or on a storage that does not answer
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
            piece = parse_byte_range(wanted, size)
        except RangeError as error:
            self.set_header("Content-Range", f"bytes */{size}")
            self.answer(schema.ErrorReply.of(error, self.language), error.status)
            return
        start, end = piece or (0, size)
        if piece is not None and PROXY_CONTEXT_HEADER in self.request.headers:
            end = min(end, start + MAX_PROXIED_RANGE_BYTES)
        if piece is not None:
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
            if not chunk:  # it shrank: what was promised cannot be sent
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
    """(start, end) of a Range header, the end excluded; None for the whole.

    Several ranges, other units and what is malformed are answered with the whole, as RFC 9110
    allows.

    Raises
    ------
    RangeError
        ``bad_range``: nothing of it lies in the file.
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
    """Content-Disposition for a file to be saved, for old and new browsers."""
    plain = re.sub(r'[^ -~]|["\\%]', "_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
