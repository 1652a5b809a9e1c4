"""The events in the receipts of saved videos: none that was acknowledged is lost or comes back."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from camrec import remote_files
from camrec.annotations import Event, EventLog, create_event
from camrec.clock import Clock, format_iso
from camrec.library import VideoLibrary
from camrec.receipt import Receipt
from support.units_made import SECOND

BEGIN = 1_790_000_000 * SECOND


@pytest.fixture
def library(tmp_path) -> Iterator[VideoLibrary]:
    library = VideoLibrary(tmp_path / "videos", Clock())
    library.open()
    yield library
    library.close()


@pytest.fixture
def log(tmp_path) -> EventLog:
    return EventLog(tmp_path / "log" / "events.jsonl", "a")


def put(library: VideoLibrary, name: str, number: int = 1, **changed: object) -> str:
    """Put the video number `number` of a series into the library; each is 10 s long."""
    begin = BEGIN + (number - 1) * 10 * SECOND
    known = {
        "recording_id": "a", "name": "Door", "source": "rtsp://camera/live", "asked": None,
        "video_number": number, "duration": 10, "started_at": format_iso(begin),
        "ended_at": format_iso(begin + 10 * SECOND), "ended": "time", "frames": 50,
        "width": 320, "height": 240, "video_codec": "h264", "size": 1, "sha256": "",
        "playable": True,
    }  # fmt: skip
    path = library.folder / f"{name}.mp4"
    path.write_bytes(b"x")
    Receipt.model_validate(known | changed).write(path.with_suffix(".json"))
    return path.name


def event(second: float, text: str = "") -> Event:
    return create_event(BEGIN + round(second * SECOND), {"text": text}, "test")


def events_of(library: VideoLibrary, filename: str) -> list[Event]:
    receipt = library.get(filename).receipt
    assert receipt is not None
    return receipt.events


@pytest.mark.parametrize("names_saved", [True, False])
def test_a_log_stays_while_the_receipt_cannot_be_read(library, log, monkeypatch, names_saved):
    """A stand-in for too many open files: a test may not use up those of its process."""
    name = put(library, "one", locked=True)
    first = event(1)
    log.add(first)
    saved = [name] if names_saved else []

    def fail(path: Path) -> str:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE), str(path))

    with monkeypatch.context() as failing:
        failing.setattr(remote_files, "read_text", fail)
        with pytest.raises(OSError, match=r"one\.mp4 cannot be read"):
            log.release(lambda events: library.events.place("a", events, saved))
        assert library.get(name).has_unread_receipt
    assert not log.is_released and EventLog(log.path, "a").events() == [first]
    assert library.get(name).locked, "the receipt is read again"
    log.release(lambda events: library.events.place("a", events, saved))
    assert events_of(library, name) == [first] and not log.path.exists()


def test_a_log_stays_if_the_receipt_of_its_video_is_damaged(library, log):
    name = put(library, "one")
    (library.folder / "one.json").write_text("{")
    log.add(event(1))
    with pytest.raises(OSError, match="cannot be read"):
        log.release(lambda events: library.events.place("a", events, [name]))
    assert log.path.exists()


def test_a_log_whose_videos_were_all_deleted_is_released(library, log):
    log.add(event(1))
    log.release(lambda events: library.events.place("a", events, ["gone.mp4"]))
    assert log.is_released


@pytest.mark.parametrize("change", ["delete", "rename"])
def test_a_video_that_is_deleted_or_renamed_while_events_are_placed_stops_nothing(
    library, monkeypatch, change
):
    """The change comes exactly between the listing of the videos and the writing."""
    names = [put(library, f"v{number}", number) for number in (1, 2, 3)]
    first, third = event(1, "first"), event(21, "third")
    real = library.events.of_each_video

    def list_then_change(recording_id, events):
        listed = real(recording_id, events)
        monkeypatch.undo()
        if change == "delete":
            library.delete(names[0])
        else:
            names[0] = library.rename(names[0], "Other")
        return listed

    monkeypatch.setattr(library.events, "of_each_video", list_then_change)
    library.events.place("a", [first, third], [names[2]])
    assert events_of(library, names[2]) == [third]
    if change == "rename":
        assert events_of(library, names[0]) == [first]


def test_events_of_copies_of_a_video_stay_in_all_of_them(library):
    mark = event(1)
    names = [put(library, name, events=[mark]) for name in ("one", "two")]
    changed = library.events.change(mark.id, {"text": "new"})[1]
    assert [events_of(library, name) for name in names] == [[changed]] * 2
    library.events.delete(mark.id)
    assert [events_of(library, name) for name in names] == [[]] * 2


def test_a_library_knows_which_moments_of_a_recording_it_has(library):
    put(library, "v2", 2)
    assert library.events.has_video_of("a", BEGIN + 12 * SECOND)
    assert not library.events.has_video_of("a", BEGIN + 2 * SECOND)
    assert not library.events.has_video_of("b", BEGIN + 12 * SECOND)
