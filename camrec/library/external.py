"""Lists videos in another folder or on another storage, and never changes them."""

from __future__ import annotations

from pathlib import Path

from camrec import remote_files
from camrec.errors import NotFoundError, describe_os_error
from camrec.library import filenames, video
from camrec.library.video import VideoFile
from camrec.redaction import redact


def list_external_videos(folder: Path) -> list[VideoFile]:
    """Return the videos directly in `folder`, the newest first.

    Raises
    ------
    NotFoundError
        ``no_folder``: it does not exist, or it cannot be read.
    """
    try:
        candidates = [
            each
            for each in folder.iterdir()
            if filenames.is_video_filename(remote_files.display_name(each))
        ]
        files = [each for each in candidates if each.is_file()]
        found = [video.read_video(each, *remote_files.read_stamp(each)) for each in files]
    except OSError as error:
        reason = describe_os_error(error)
        if isinstance(reason, str):
            reason = redact(reason)
        raise NotFoundError("no_folder", folder=redact(str(folder)), reason=reason) from None
    return sorted(found, key=lambda each: (each.started_at, each.filename))[::-1]
