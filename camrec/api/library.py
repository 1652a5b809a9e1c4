"""All finished videos of a folder, and several videos as one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np

from camrec import library, remote_files
from camrec.api.local import local_backend
from camrec.api.video import Video
from camrec.clock import Clock
from camrec.frames import optional_imports
from camrec.frames.align import align as align_times

if TYPE_CHECKING:
    import dask.bag
    import pandas

    from camrec.api.backend import Backend


def videos(folder: Path | str | None = None) -> Library:
    """The finished videos of a folder.

    Parameters
    ----------
    folder
        Here, or on any storage that fsspec knows: ``s3://bucket/videos``, ``memory://videos``,
        ``zip://videos::/path/archive.zip``, which needs ``camrec[data]`` and what fsspec needs for
        that storage. This process's own folder where none is given.

    Raises
    ------
    ServiceError
        ``package_missing``.
    NotFoundError
        ``no_folder``: another storage has no such folder, or does not let it be read.
    """
    if folder is None:
        return Library(local_backend().station.library.videos())
    path = remote_files.resolve_path(folder)
    if remote_files.is_local(path):
        return Library(library.VideoLibrary(path, Clock()).videos())
    return Library(library.list_external_videos(path))


class Library(Sequence[Video]):
    """Finished videos as they were when they were asked for: a sequence, newest first."""

    def __init__(self, found: Sequence[library.VideoFile], backend: Backend | None = None) -> None:
        self._videos = [Video(each, backend) for each in found]

    def __len__(self) -> int:
        return len(self._videos)

    @overload
    def __getitem__(self, at: int) -> Video: ...
    @overload
    def __getitem__(self, at: slice) -> Library: ...
    def __getitem__(self, at: int | slice) -> Video | Library:
        if isinstance(at, slice):
            part = Library(())
            part._videos = self._videos[at]
            return part
        return self._videos[at]

    def to_dataframe(self) -> pandas.DataFrame:
        """One row a video, in the same order, by its file name. Needs ``camrec[data]``.

        Columns: ``name``; ``started_at``, UTC; ``duration``, seconds; ``frames``; ``gaps``, how
        many, and ``gap_seconds``; ``utc_uncertainty``, seconds; ``ended``, why; ``width`` and
        ``height``, pixels; ``video_codec``, ``audio_codec``; ``size``, bytes; ``playable``. What
        only a receipt tells is missing where there is none.

        Raises
        ------
        ServiceError
            ``package_missing``.
        """
        (pandas,) = optional_imports.import_optional("pandas")
        rows = pandas.DataFrame(
            [_dataframe_row(each) for each in self], columns=list(COLUMN_DTYPES)
        )
        rows["started_at"] = pandas.to_datetime(rows["started_at"], utc=True)
        index = pandas.Index([each._found.filename for each in self], name="filename", dtype="str")
        return rows.astype(COLUMN_DTYPES).set_index(index)

    def to_dask(self) -> dask.bag.Bag:
        """The videos as a Dask bag of `Video`, one a partition, for a cluster that reaches them.

        ``library.to_dask().map(work).compute()`` calls ``work(video)`` on the workers. Needs
        ``camrec[data]``.

        Raises
        ------
        ServiceError
            ``package_missing``.
        """
        (bag,) = optional_imports.import_optional("dask.bag")
        return bag.from_sequence(self._videos, partition_size=1)

    def __repr__(self) -> str:
        return f"<Library {len(self)} videos>"


COLUMN_DTYPES = {
    "name": "str",
    "started_at": "datetime64[ns, UTC]",
    "duration": "float64",
    "frames": "Int64",
    "gaps": "Int64",
    "gap_seconds": "float64",
    "utc_uncertainty": "float64",
    "ended": "object",
    "width": "int64",
    "height": "int64",
    "video_codec": "str",
    "audio_codec": "object",
    "size": "int64",
    "playable": "bool",
}


def _dataframe_row(video: Video) -> tuple:
    found, receipt = video._found, video.receipt
    told = (None,) * 5
    if receipt is not None:
        silent = sum(gap.duration for gap in receipt.gaps)
        told = receipt.frames, len(receipt.gaps), silent, receipt.utc_uncertainty, receipt.ended
    of_file = found.width, found.height, found.video_codec, found.audio_codec, found.size
    return found.name, video.started_at, found.duration, *told, *of_file, found.playable


def align(videos: Sequence[Video], tolerance: float | np.timedelta64) -> pandas.DataFrame:
    """Which frames of several videos were taken at the same moment.

    Each frame of the first video is a moment; of each other video the nearest frame belongs to
    it, where it is near enough. How true the times are, each receipt's ``utc_uncertainty`` tells.
    Needs ``camrec[data]``.

    Parameters
    ----------
    videos
        One or more.
    tolerance
        The largest distance in time, seconds or a timedelta.

    Returns
    -------
    table
        One row a moment, its time (UTC) as the index. The columns have two levels: the video's
        place in `videos`, and ``frame`` (its number, missing where none is near enough) or
        ``distance`` (seconds, positive where that frame is later).

    Raises
    ------
    InputError
        ``nothing_to_align``: there is no video.
    ServiceError
        ``package_missing``.
    NotFoundError
        ``no_video``, ``no_pictures``.

    Examples
    --------
    >>> table = camrec.align([left, right], 0.02).dropna()  # doctest: +SKIP
    >>> for _, row in table.iterrows():  # doctest: +SKIP
    ...     pair = left.frame(int(row[0, "frame"])), right.frame(int(row[1, "frame"]))
    """
    return align_times([each.times() for each in videos], tolerance)
