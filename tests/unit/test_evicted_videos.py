"""A video that retention deletes leaves its receipt if it has events or details."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import camrec
from camrec import file_system
from camrec.annotations import Event, create_event
from camrec.clock import Clock, format_iso
from camrec.errors import CamrecError
from camrec.library import RetentionPolicy, VideoLibrary
from camrec.receipt import Receipt
from support.units_made import SECOND

BEGIN = 1_790_000_000 * SECOND
DETAILS = {"subject": "A17"}
VIDEO = b"not really a video"


@pytest.fixture
def library(tmp_path) -> Iterator[VideoLibrary]:
    library = VideoLibrary(tmp_path / "videos", Clock())
    library.open()
    yield library
    library.close()


def receipt(start: float = 0, **changed: object) -> Receipt:
    """That of a video of 10 s which starts so many seconds after `BEGIN`."""
    known = {
        "recording_id": "a", "name": "Door", "source": "rtsp://camera/live", "asked": None,
        "duration": 10, "started_at": format_iso(BEGIN + round(start * SECOND)),
        "ended_at": format_iso(BEGIN + round((start + 10) * SECOND)), "ended": "time",
        "frames": 50, "width": 320, "height": 240, "video_codec": "h264", "size": len(VIDEO),
        "sha256": "", "playable": True,
    }  # fmt: skip
    return Receipt.model_validate(known | changed)


def save(library: VideoLibrary, start: float = 0, **changed: object) -> str:
    file = library.segments_folder("x") / "part.mp4"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(VIDEO)
    return library.save(file, receipt(start, **changed))


def event(second: float, length: float | None = None) -> Event:
    return create_event(BEGIN + round(second * SECOND), {"length": length}, "test")


def code(call, *arguments: object) -> str:
    with pytest.raises(CamrecError) as caught:
        call(*arguments)
    return caught.value.code


def files(library: VideoLibrary) -> set[str]:
    return {each.name for each in library.folder.iterdir() if not each.name.startswith(".")}


@pytest.mark.parametrize("written", [{"details": DETAILS}, {"events": [event(1)]}, {}])
def test_retention_leaves_the_receipt_of_a_video_with_events_or_details(tmp_path, written):
    keeping = RetentionPolicy(max_bytes=2 * len(VIDEO))
    library = VideoLibrary(tmp_path / "videos", Clock(), retention=keeping)
    library.open()
    first = save(library, 0, **written)
    second, third = save(library, 100), save(library, 200)
    library.close()
    assert [each.filename for each in library.videos()] == [third, second]
    left = [each.filename for each in library.evicted()]
    assert left == ([first] if written else [])
    assert files(library) == {
        *(Path(each).with_suffix(suffix).name for each in (second, third)
          for suffix in (".mp4", ".json")),
        *(Path(each).with_suffix(".json").name for each in left),
    }  # fmt: skip
    for each in library.evicted():
        assert each.receipt is not None and each.receipt.evicted_at is not None
        assert each.receipt.details == written.get("details", {})
        assert each.receipt.events == written.get("events", [])
    # What is left is not counted: nothing more is deleted at the next start.
    library.open()
    library.close()
    assert [each.filename for each in library.videos()] == [third, second]


def test_an_evicted_video_is_no_video_and_says_so(library):
    filename = save(library, details=DETAILS)
    library.evict(filename)
    assert library.videos() == []
    rename, lock = (lambda name: library.rename(name, "New")), library.lock
    for call in (library.get, rename, lock, library.evict, library.images.thumbnail):
        assert code(call, filename) == "video_evicted"
    assert code(library.get, "none.mp4") == "no_video"
    assert code(library.get_with_evicted, "../none.mp4") == "bad_filename"
    assert library.get_with_evicted(filename).receipt.details == DETAILS


def test_a_person_deletes_everything(library):
    """Also the receipt that an evicted video has left."""
    filename = save(library, details=DETAILS, events=[event(1)])
    library.delete(filename)
    assert files(library) == set() and library.evicted() == []
    filename = save(library, details=DETAILS)
    library.evict(filename)
    told: list[str] = []
    library.changed.connect(told.append)
    library.delete(filename)
    assert files(library) == set() and library.evicted() == [] and told == [filename]
    assert code(library.delete, filename) == "no_video"


def test_a_locked_video_is_not_evicted(library):
    """It may be locked while retention is at work."""
    filename = save(library, details=DETAILS)
    library.lock(filename)
    library.evict(filename)
    assert [each.filename for each in library.videos()] == [filename]


def test_a_later_video_of_the_same_name_gets_a_number(library):
    first = save(library, details=DETAILS)
    library.evict(first)
    second = save(library)
    assert second == first.replace(".mp4", " (2).mp4")
    other = save(library, 100, name="Window")
    assert [each.filename for each in library.evicted()] == [first]
    library.rename(other, "Door")
    assert [each.filename for each in library.evicted()] == [first]
    assert library.get_with_evicted(first).receipt.details == DETAILS


def test_a_video_that_is_copied_back_is_a_video_again(library, tmp_path):
    filename = save(library, details=DETAILS, events=[event(1)])
    shutil.copy(library.folder / filename, tmp_path / "backup.mp4")
    library.evict(filename)
    shutil.copy(tmp_path / "backup.mp4", library.folder / filename)
    assert library.evicted() == []
    [video] = library.videos()
    assert video.receipt is not None and video.receipt.details == DETAILS
    assert video.evicted_at is None and len(video.receipt.events) == 1


def test_a_video_that_cannot_be_deleted_stays_as_it_was(library, monkeypatch):
    """A crash after the receipt says that the video was deleted, and before it was, is the same."""
    filename = save(library, details=DETAILS)

    def fail(path: Path, *, missing_ok: bool = False) -> None:
        raise PermissionError(13, "no", str(path))

    monkeypatch.setattr(file_system, "remove", fail)
    assert code(library.evict, filename) == "folder_unwritable"
    monkeypatch.undo()
    assert library.evicted() == []
    [video] = library.videos()
    assert video.receipt is not None and video.receipt.evicted_at is None
    library.evict(filename)
    assert [each.filename for each in library.evicted()] == [filename]


def test_frames_of_an_evicted_video_are_refused_with_the_reason(library):
    library.evict(save(library, details=DETAILS))
    [video] = camrec.videos(library.folder).evicted()
    assert code(video.frame, 0) == code(video.times) == code(video.frames) == "video_evicted"
    video.close()


def test_what_is_no_receipt_of_an_evicted_video_is_not_listed(library):
    (library.folder / "mine.json").write_text("{}", "utf-8")
    (library.folder / "torn.json").write_text("{", "utf-8")
    receipt().write(library.folder / "its video was moved away.json")
    assert library.evicted() == []
    assert code(library.delete, "mine.mp4") == "no_video"
    assert (library.folder / "mine.json").exists()


def test_events_of_an_evicted_video_are_listed_changed_and_deleted(library):
    first, second = save(library, 0, video_number=1), save(library, 10, video_number=2)
    one, long, two = event(1), event(9, length=5), event(12)
    library.events.place("a", [one, long, two])
    library.evict(first)
    assert library.events.of_recording("a") == [one, long, two]

    def ids(filename: str) -> list[str]:
        return [each.id for each in library.get_with_evicted(filename).receipt.events]

    library.events.change(one.id, {"text": "light on"})
    library.events.change(long.id, {"length": 0.5})
    assert (ids(first), ids(second)) == ([one.id, long.id], [two.id])
    assert library.events.of_recording("a")[0].text == "light on"
    library.events.delete(one.id)
    assert ids(first) == [long.id]
    assert library.evicted()[0].evicted_at is not None
    # A moment of the evicted video has no video. One of the other has.
    assert not library.events.has_video_of("a", BEGIN + 2 * SECOND)
    assert library.events.has_video_of("a", BEGIN + 12 * SECOND)


def test_an_event_that_comes_after_its_video_was_evicted_is_in_the_receipt(library):
    """Its log is placed when the recording ends; the next video must not get it."""
    first, second = save(library, 0, details=DETAILS), save(library, 10)
    library.evict(first)
    late = event(3)
    library.events.place("a", [late], saved=[first])
    assert library.get_with_evicted(first).receipt.events == [late]
    assert library.get(second).receipt.events == []


def test_evicted_videos_are_in_the_table_on_demand(library):
    first = save(library, details={**DETAILS, "evicted_at": "mine"}, events=[event(1)])
    second = save(library, 100, details={"subject": "B2"})
    before = pd.Timestamp.now("UTC")
    library.evict(first)
    listed = camrec.videos(library.folder)
    assert list(listed.to_dataframe().index) == [second]
    table = listed.to_dataframe(evicted=True)
    assert list(table.index) == [second, first]
    assert list(table["subject"]) == ["B2", "A17"]
    assert table.loc[first, "details.evicted_at"] == "mine"
    assert pd.isna(table.loc[second, "evicted_at"]) and table.loc[first, "evicted_at"] >= before
    assert str(table["evicted_at"].dtype) == "datetime64[ns, UTC]"
    [gone] = listed.evicted()
    assert gone.details["subject"] == "A17"
    assert gone.events()[["second", "text"]].to_numpy().tolist() == [[1.0, ""]]
    assert gone.events()["frame"].isna().all()
    assert code(gone.times) == "video_evicted"
    assert list(listed[:1].evicted()) == []


def test_evicted_videos_of_another_storage_are_listed(library):
    fsspec = pytest.importorskip("fsspec")
    filename = save(library, details=DETAILS)
    save(library, 100)
    library.evict(filename)
    storage = fsspec.filesystem("memory")
    for each in library.folder.iterdir():
        if each.is_file() and not each.name.startswith("."):
            storage.pipe(f"/evicted/{each.name}", each.read_bytes())
    try:
        listed = camrec.videos("memory://evicted")
        assert [each.details for each in listed.evicted()] == [DETAILS]
    finally:
        storage.rm("/evicted", recursive=True)


def test_a_receipt_that_was_left_is_not_deleted_by_a_crash_in_the_middle(library, monkeypatch):
    """Until the disk has the receipt, the video stays."""
    filename = save(library, details=DETAILS)
    order: list[str] = []
    for name in ("fsync_path", "replace", "remove"):
        call = getattr(file_system, name)

        def note(*arguments, name=name, call=call, **keywords):
            order.append(f"{name} {Path(arguments[-1]).suffix}")
            return call(*arguments, **keywords)

        monkeypatch.setattr(file_system, name, note)
    library.evict(filename)
    # The receipt is written and synced, put in its place, the folder synced; then the video goes.
    assert order[:4] == ["fsync_path .json", "replace .json", "fsync_path ", "remove .mp4"]
