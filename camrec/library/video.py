"""A finished video, as described by its receipt or, without one, by the file itself."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from pathlib import Path

import av
import platformdirs

from camrec import remote_files
from camrec.clock import NS_PER_SECOND, iso_to_utc_ns
from camrec.receipt import Receipt

log = logging.getLogger(__name__)

INDEXES_FOLDER_NAME = ".indexes"


@dataclass(frozen=True)
class VideoFile:
    """A finished video in the videos folder, or in another folder or storage.

    started_at : UTC nanoseconds. Without a receipt, it is the creation time in the file, or else
        the time of the file's last change minus its duration.
    duration : seconds.
    size : bytes.
    playable : what the receipt says; without a receipt, whether the first frame can be decoded.
    receipt : for an evicted video, all that is left: there is no file at `path`.
    has_unread_receipt : there is a receipt, but it could not be opened, for example because too
        many files were open.
    """

    filename: str
    path: Path
    name: str
    started_at: int
    duration: float
    size: int
    width: int
    height: int
    video_codec: str
    audio_codec: str | None
    playable: bool
    receipt: Receipt | None = None
    has_unread_receipt: bool = False

    @property
    def camera(self) -> str | None:
        """The name of the camera at the time of recording; None if no receipt contains it."""
        return self.receipt.camera if self.receipt is not None else None

    @property
    def camera_id(self) -> str | None:
        """The id of the camera; None if no receipt contains it."""
        return self.receipt.camera_id if self.receipt is not None else None

    @property
    def locked(self) -> bool:
        """Whether the video is protected from automatic deletion."""
        return self.receipt is not None and self.receipt.locked

    @property
    def is_recorded(self) -> bool:
        """Whether camrec recorded it: there is a receipt."""
        return self.receipt is not None

    @property
    def evicted_at(self) -> str | None:
        """When the video was deleted automatically; None: it exists."""
        return self.receipt.evicted_at if self.receipt is not None else None


def frame_index_path(path: Path) -> Path:
    """Return where the frame index of a video is stored: in a folder that is not listed."""
    if remote_files.is_local(path):
        return path.parent / INDEXES_FOLDER_NAME / f"{path.name}.npz"
    address = hashlib.sha256(str(path).encode()).hexdigest()
    return platformdirs.user_cache_path("camrec", appauthor=False) / "indexes" / f"{address}.npz"


def read_video(path: Path, size: int, mtime_ns: int) -> VideoFile:
    """Read a video, with its receipt if the receipt belongs to this file."""
    has_unread_receipt = False
    try:
        receipt = Receipt.read(path.with_suffix(".json"))
        if receipt.size == size:
            # It was to be deleted, which did not happen, or somebody has copied it back.
            return video_from_receipt(path, receipt.model_copy(update={"evicted_at": None}))
    except FileNotFoundError:
        pass
    except ValueError as error:  # somebody edited it
        log.warning("the receipt of %s is not valid, and is ignored: %s", path.name, error)
    except OSError as error:
        log.warning("the receipt of %s cannot be read: %s", path.name, error)
        has_unread_receipt = True
    found = _video_from_file(path, size, mtime_ns)
    return replace(found, has_unread_receipt=has_unread_receipt)


def video_from_receipt(path: Path, receipt: Receipt) -> VideoFile:
    """Return the video at `path` as its receipt describes it."""
    return VideoFile(
        filename=remote_files.display_name(path),
        path=path,
        name=receipt.name,
        started_at=iso_to_utc_ns(receipt.started_at),
        duration=receipt.duration,
        size=receipt.size,
        width=receipt.width,
        height=receipt.height,
        video_codec=receipt.video_codec,
        audio_codec=receipt.audio_codec,
        playable=receipt.playable,
        receipt=receipt,
    )


def _video_from_file(path: Path, size: int, mtime_ns: int) -> VideoFile:
    duration, width, height, codec, audio_codec, playable = 0.0, 0, 0, "", None, False
    created_at = None
    try:
        with remote_files.open_video(path) as container:
            video = container.streams.video[0]
            width, height = video.codec_context.width, video.codec_context.height
            codec = video.codec_context.name
            duration = (container.duration or 0) / av.time_base
            created_at = _parse_creation_time(container.metadata.get("creation_time"))
            if container.streams.audio:
                audio_codec = container.streams.audio[0].codec_context.name
            playable = next(container.decode(video), None) is not None
    except (av.error.FFmpegError, OSError, IndexError):
        pass
    return VideoFile(
        filename=remote_files.display_name(path),
        path=path,
        name=Path(remote_files.display_name(path)).stem,
        started_at=mtime_ns - int(duration * NS_PER_SECOND) if created_at is None else created_at,
        duration=duration,
        size=size,
        width=width,
        height=height,
        video_codec=codec,
        audio_codec=audio_codec,
        playable=playable,
    )


def _parse_creation_time(iso: str | None) -> int | None:
    """Return the creation time in the metadata of a file in UTC nanoseconds, or None."""
    try:
        return iso_to_utc_ns(iso) if iso else None
    except ValueError:
        return None
