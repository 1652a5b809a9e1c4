"""Events in the receipts of the videos of one recording."""

from __future__ import annotations

import threading

import pytest

from camrec.annotations import Event, create_event
from camrec.clock import format_iso
from camrec.errors import NotFoundError
from camrec.library import VideoLibrary
from support.units_made import SECOND

BEGIN = 1_790_000_000 * SECOND


def event(at: float, length: float | None = None) -> Event:
    return create_event(BEGIN + round(at * SECOND), {"length": length}, "test")


@pytest.fixture
def saved(library: VideoLibrary):
    return library.events


@pytest.fixture
def save_at(save):
    """Save a video of a recording that starts so many seconds after its begin."""

    def save_at(start: float) -> str:
        started_at, ended_at = (
            format_iso(BEGIN + round(at * SECOND)) for at in (start, start + 10)
        )
        return save(recording_id="series", started_at=started_at, ended_at=ended_at)

    return save_at


def ids(library, filename: str) -> list[str]:
    return [each.id for each in library.get(filename).receipt.events]


def test_each_video_of_a_recording_gets_its_events_when_it_is_saved(saved, save_at, library):
    first = save_at(0)
    one, long, two = event(1), event(9, length=5), event(12)
    saved.place("series", [one, long])
    assert ids(library, first) == [one.id, long.id]
    second = save_at(10)
    saved.place("series", [two])
    assert ids(library, first) == [one.id, long.id]
    assert ids(library, second) == [long.id, two.id], "it lasts until the second video"
    assert saved.of_recording("series") == [one, long, two]
    saved.place("series", [])
    assert saved.of_recording("series") == [one, long, two]


def test_an_event_that_gets_shorter_leaves_the_later_video(saved, save_at, library):
    first, second = save_at(0), save_at(10)
    long = event(9, length=5)
    saved.add("series", long)
    assert ids(library, first) == ids(library, second) == [long.id]
    assert saved.change(long.id, {"length": 0.5})[0] == "series"
    assert (ids(library, first), ids(library, second)) == ([long.id], [])
    assert saved.delete(long.id) == "series"
    assert ids(library, first) == []
    with pytest.raises(NotFoundError):
        saved.delete(long.id)


def test_receipts_that_change_in_quick_succession_are_all_read(saved, save_at, library):
    """The clock of a file system is coarser than two writes."""
    first = save_at(0)
    events = [event(number / 100) for number in range(30)]
    for each in events:
        saved.add("series", each)
        assert ids(library, first)[-1] == each.id
    assert ids(library, first) == [each.id for each in events]
    assert not [each for each in library.folder.iterdir() if each.suffix == ".new"]


def test_events_of_a_recording_without_a_video_have_no_place(saved):
    saved.place("nothing", [event(1)])
    for attempt in (lambda: saved.add("nothing", event(1)), lambda: saved.of_recording("nothing")):
        with pytest.raises(NotFoundError) as refused:
            attempt()
        assert refused.value.code == "no_recording"


def test_no_change_is_lost_if_many_come_at_once_while_the_next_video_is_saved(
    saved, save_at, library
):
    first = save_at(0)
    events = [event(number / 10) for number in range(20)]
    threads = [threading.Thread(target=saved.add, args=("series", each)) for each in events]
    threads += [threading.Thread(target=saved.place, args=("series", [])) for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert ids(library, first) == [each.id for each in events]
