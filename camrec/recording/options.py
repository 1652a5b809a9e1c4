"""What a recording is given when it is created: what to record, and what it works with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from camrec.annotations import NO_DETAILS, Details, Event
from camrec.clock import Clock
from camrec.journal import JournalEntry, SeriesRecord
from camrec.receipt import CalibratedDelay, Receipt
from camrec.recording.encoding import DEFAULT_ENCODING, EncodingPolicy
from camrec.recording.resume import ResumeState


class SaveVideo(Protocol):
    """Moves a finished file and its receipt into the library."""

    def __call__(self, file: Path, receipt: Receipt, named_at: int, /) -> str:
        """Return the file's final name. Raises OSError or CamrecError.

        named_at : the time in the name, UTC nanoseconds.
        """


class RecordingJournal(Protocol):
    """Stores a recording on the disk, so that a later camrec can continue it."""

    def save(self, entry: JournalEntry) -> None:
        """Return once the disk has `entry`, which replaces the previous one.

        Raises
        ------
        OSError, ServiceError (``keyring_unusable``)
        """

    def erase(self, recording_id: str) -> None:
        """Delete the entry, if there is one. Raises OSError."""


class PlaceEvents(Protocol):
    """Writes the events of a recording into the receipts of its saved videos."""

    def __call__(
        self, recording_id: str, events: Sequence[Event], saved: Sequence[str], /
    ) -> object:
        """Return once the disk has them. Raises CamrecError, OSError.

        saved : the file names of the videos that were just saved.
        """


class DiskAllowance(Protocol):
    """What a recording needs to know about the disk that it writes to.

    low : so little space is left that the recording has to end, unless room is made.
    """

    @property
    def low(self) -> bool: ...

    def make_room(self) -> bool:
        """Delete old videos if the disk is low and the user wants that. It may take a while.

        Returns whether the recording can go on.
        """

    def fits(self, size: int) -> bool:
        """Whether a file of `size` bytes can be written in addition to all that exists."""


class UnlimitedDisk:
    """A disk that never fills up: for recordings whose disk space nobody checks."""

    low = False

    def make_room(self) -> bool:
        return True

    def fits(self, size: int) -> bool:
        return True


def place_no_events(recording_id: str, events: Sequence[Event], saved: Sequence[str]) -> None:
    """For recordings whose videos are in no library: their receipts get no events."""


@dataclass(frozen=True)
class RecordingOptions:
    """What to record.

    Parameters
    ----------
    name
        The name of the video.
    session_id, camera
        The session that is recorded, and its name.
    camera_id
        The id of its camera, which outlives the session.
    source
        The camera's URL, without a credential.
    duration
        Seconds by camrec's own clock; None: until it is stopped.
    folder
        Where the segments are written. It is removed once the video is saved.
    preroll
        Seconds before the start that the video begins, as far as the feed still has them.
    start_at
        When to begin, UTC nanoseconds; None: at once.
    starts_now
        Nobody scheduled it: `start_at` is a moment ahead, so that several begin together.
    resume
        The state of the recording when camrec was killed; it continues from there.
    is_in_journal
        The disk already has its entry: the recording continues even if the disk is full now.
    details
        What its maker wants to remember.
    series
        Which video of a series it is; None: the recording becomes one video.
    plan_id
        The plan that it is recorded for; None: a person or a program started it.
    ends_at
        When it ends, UTC nanoseconds, however late it begins; None: after `duration`.
    """

    recording_id: str
    name: str
    session_id: str
    camera: str
    camera_id: str
    source: str
    duration: float | None
    folder: Path
    preroll: float = 0.0
    start_at: int | None = None
    starts_now: bool = False
    resume: ResumeState | None = None
    is_in_journal: bool = False
    details: Details = NO_DETAILS
    series: SeriesRecord | None = None
    plan_id: str | None = None
    ends_at: int | None = None


@dataclass(frozen=True)
class RecordingServices:
    """The programs, the storage and the settings that a recording uses.

    Parameters
    ----------
    ffmpeg
        The path of FFmpeg.
    disk
        How much may be written. The recording ends when the disk is low.
    find_delay
        Returns the measured delay of the camera with an id; None if it was not measured.
    place_events
        Called when the videos are saved, and before the event log is deleted.
    """

    ffmpeg: Path
    save_video: SaveVideo
    journal: RecordingJournal
    clock: Clock
    disk: DiskAllowance = field(default_factory=UnlimitedDisk)
    encoding: EncodingPolicy = DEFAULT_ENCODING
    find_delay: Callable[[str], CalibratedDelay | None] = lambda camera_id: None
    place_events: PlaceEvents = place_no_events
