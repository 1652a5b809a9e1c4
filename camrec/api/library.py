"""Lists the finished videos of a folder, and finds frames of several videos that match in time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np

from camrec import remote_files
from camrec.api.backend import Backend, VideoHandle
from camrec.api.process_state import local_backend
from camrec.api.video import Video
from camrec.clock import Clock, iso_to_utc_ns
from camrec.errors import InputError
from camrec.frames import align_times, optional_packages
from camrec.library import VideoLibrary, list_external_evicted, list_external_videos

if TYPE_CHECKING:
    import dask.bag
    import pandas


def videos(folder: Path | str | None = None) -> Library:
    """List the finished videos of a folder.

    Parameters
    ----------
    folder
        A folder here, or on any storage that fsspec supports: ``s3://bucket/videos``,
        ``memory://videos``, ``zip://videos::/path/archive.zip``. Such a storage needs
        ``camrec[data]`` and the fsspec package for it. By default the folder in which this process
        saves its videos.

    Raises
    ------
    ServiceError
        ``package_missing``: the storage needs a package that is not installed.
    NotFoundError
        ``no_folder``: the storage has no such folder, or does not allow reading it.
    """
    if folder is None:
        own = local_backend().station.library
        return Library(own.videos(), evicted=own.evicted)
    path = remote_files.resolve_path(folder)
    if remote_files.is_local(path):
        library = VideoLibrary(path, Clock())
        return Library(library.videos(), evicted=library.evicted)
    return Library(list_external_videos(path), evicted=lambda: list_external_evicted(path))


def _no_videos() -> Sequence[VideoHandle]:
    return ()


class Library(Sequence[Video]):
    """A sequence of finished videos, newest first. It does not change when new videos are saved."""

    def __init__(
        self,
        handles: Sequence[VideoHandle],
        backend: Backend | None = None,
        evicted: Callable[[], Sequence[VideoHandle]] = _no_videos,
    ) -> None:
        self._videos = [Video(each, backend) for each in handles]
        self._backend = backend
        self._list_evicted = evicted

    def __len__(self) -> int:
        """Return the number of videos."""
        return len(self._videos)

    @overload
    def __getitem__(self, at: int) -> Video: ...
    @overload
    def __getitem__(self, at: slice) -> Library: ...
    def __getitem__(self, at: int | slice) -> Video | Library:
        """Return one video, or a library of some of them."""
        if isinstance(at, slice):
            part = Library(())
            part._videos = self._videos[at]
            return part
        return self._videos[at]

    def evicted(self) -> Library:
        """Return the videos that retention has deleted and that had events or details.

        Their receipts are still there: `Video.receipt`, `Video.details` and `Video.events` work.
        Their frames are gone. A slice of a library has none.
        """
        return Library(self._list_evicted(), self._backend)

    def to_dataframe(self, evicted: bool = False) -> pandas.DataFrame:
        """Make a table with one row per video, in the same order. Needs ``camrec[data]``.

        The index is the file name. Columns: ``name``; ``started_at``, UTC; ``duration``, seconds;
        ``frames``, the number of frames; ``gaps``, the number of gaps; ``gap_seconds``, the total
        duration of the gaps; ``utc_uncertainty``, seconds; ``ended``, why the recording ended;
        ``width`` and ``height``, pixels; ``video_codec``, ``audio_codec``; ``size``, bytes;
        ``playable``. A video without a receipt has no values for ``frames``, ``gaps``,
        ``gap_seconds``, ``utc_uncertainty`` and ``ended``. Each name in the details of a video is
        a further column of strings; one that is called like the index or a column above has
        ``details.`` in front.

        Parameters
        ----------
        evicted
            Whether to list also the videos of `evicted`. A further column, ``evicted_at``, says
            when they were deleted (UTC); it is missing for videos that exist.

        Raises
        ------
        ServiceError
            ``package_missing``: pandas is not installed.
        """
        with optional_packages():
            import pandas
        videos = self._with_evicted() if evicted else self._videos
        table = pandas.DataFrame(
            [_dataframe_row(each) for each in videos], columns=list(COLUMN_DTYPES)
        )
        table["started_at"] = pandas.to_datetime(table["started_at"], utc=True)
        filenames = [each._handle.filename for each in videos]
        typed: pandas.DataFrame = table.astype(COLUMN_DTYPES)
        indexed: pandas.DataFrame = typed.set_index(
            pandas.Index(filenames, name=INDEX_NAME, dtype="str")
        )
        if evicted:
            moments = np.array([_evicted_at(each) for each in videos], "datetime64[ns]")
            indexed[EVICTED_COLUMN] = pandas.to_datetime(moments, utc=True)
        for name, values in _detail_columns([each.details for each in videos]).items():
            indexed[name] = pandas.Series(values, indexed.index, dtype="object")
        return indexed

    def _with_evicted(self) -> list[Video]:
        videos = [*self._videos, *self.evicted()]
        return sorted(videos, key=lambda it: (it._handle.started_at, it._handle.filename))[::-1]

    def to_dask(self) -> dask.bag.Bag:
        """Make a Dask bag of the videos, one `Video` per partition. Needs ``camrec[data]``.

        ``library.to_dask().map(work).compute()`` calls ``work(video)`` on the workers of a
        cluster, which must be able to read the files.

        Raises
        ------
        ServiceError
            ``package_missing``: Dask is not installed.
        """
        with optional_packages():
            import dask.bag
        bag: dask.bag.Bag = dask.bag.from_sequence(self._videos, partition_size=1)
        return bag

    def __repr__(self) -> str:
        """Return the number of videos."""
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


INDEX_NAME = "filename"
# Only in a table that lists evicted videos; no detail is called so in any.
EVICTED_COLUMN = "evicted_at"


def _evicted_at(video: Video) -> np.datetime64:
    """Return when a video was deleted automatically; NaT if it exists."""
    receipt = video.receipt
    if receipt is None or receipt.evicted_at is None:
        return np.datetime64("NaT", "ns")
    return np.datetime64(iso_to_utc_ns(receipt.evicted_at), "ns")


def _detail_columns(details: Sequence[Mapping[str, str]]) -> dict[str, list[str | None]]:
    """Return a column for each name in the details of some videos."""
    names = dict.fromkeys(name for each in details for name in each)
    taken = {*COLUMN_DTYPES, EVICTED_COLUMN, INDEX_NAME, *names}
    columns = {}
    for name in names:
        column = name
        if name in {*COLUMN_DTYPES, EVICTED_COLUMN, INDEX_NAME}:
            while column in taken:  # a detail may be called details.name, too
                column = f"details.{column}"
        columns[column] = [each.get(name) for each in details]
    return columns


def _dataframe_row(video: Video) -> tuple[object, ...]:
    """Return the values of the columns in COLUMN_DTYPES for one video."""
    handle, receipt = video._handle, video.receipt
    from_receipt: tuple[object, ...] = (None,) * 5
    if receipt is not None:
        gap_seconds = sum(gap.duration for gap in receipt.gaps)
        from_receipt = (
            receipt.frames,
            len(receipt.gaps),
            gap_seconds,
            receipt.utc_uncertainty,
            receipt.ended,
        )
    return (
        handle.name,
        video.started_at,
        handle.duration,
        *from_receipt,
        handle.width,
        handle.height,
        handle.video_codec,
        handle.audio_codec,
        handle.size,
        handle.playable,
    )


def align(
    videos: Sequence[Video], tolerance: float | np.timedelta64, *, calibrated: bool = False
) -> pandas.DataFrame:
    """Find the frames of several videos that were taken at the same time.

    For each frame of the first video, the nearest frame of each other video is found. The
    ``utc_uncertainty`` in a receipt says how exact the times of its video are. Needs
    ``camrec[data]``.

    Parameters
    ----------
    videos
        One or more.
    tolerance
        The largest distance in time between two frames: seconds, or a `numpy.timedelta64`.
    calibrated
        Whether to take each camera's measured delay, the ``calibrated_delay`` in the receipt of its
        video, off the times of its frames. ``calibrated_delay.uncertainty`` says how exact that is.

    Returns
    -------
    table
        One row for each frame of the first video, with its time (UTC) as the index; with
        `calibrated` the time from which the delay was taken off. The columns
        have two levels: the position of a video in `videos`, and ``frame`` (the number of its
        nearest frame, missing if that is too far) or ``distance`` (seconds, positive if that
        frame is later).

    Raises
    ------
    InputError
        ``nothing_to_align``: `videos` is empty. ``delay_not_measured``: the receipt of a video has
        no measured delay, and `calibrated` is set.
    ServiceError
        ``package_missing``: pandas is not installed.
    NotFoundError
        ``no_video``, ``no_pictures``: a file does not exist, or cannot be read.

    Examples
    --------
    >>> table = camrec.align([left, right], 0.02).dropna()  # doctest: +SKIP
    >>> for _, row in table.iterrows():  # doctest: +SKIP
    ...     pair = left.frame(int(row[0, "frame"])), right.frame(int(row[1, "frame"]))
    """
    delays = [_calibrated_delay(each) for each in videos] if calibrated else None
    return align_times([each.times() for each in videos], tolerance, delays)


def _calibrated_delay(video: Video) -> float:
    """Return seconds; raises InputError (``delay_not_measured``)."""
    receipt = video.receipt
    if receipt is None or receipt.calibrated_delay is None:
        raise InputError("delay_not_measured", video=video._handle.filename)
    return receipt.calibrated_delay.seconds
