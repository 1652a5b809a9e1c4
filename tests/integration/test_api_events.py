"""Events and details from Python, with a running camrec."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pytest

import camrec
from support.cameras.mjpeg import MjpegCamera
from support.units_made import until
from support.wire import serving


@pytest.fixture
def there(binaries, tmp_path, monkeypatch) -> Iterator[camrec.Connection]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with serving(binaries.config(tmp_path)) as (_, wire), camrec.connect(wire.url) as there:
        yield there


def test_events_are_marked_and_read_with_a_running_camrec(there):
    with MjpegCamera(rate=25) as camera, there.open(camera.url, "Door") as opened:
        recording = opened.record(600, details={"subject": "A17", "trial": 3})
        until(lambda: recording.elapsed > 0.5)
        first = recording.mark("light on")
        [second] = there.mark("lever", value=np.int64(2), length=np.float64(0.1))
        earlier = recording.mark("before", at=first.at - timedelta(seconds=0.1))
        with pytest.raises(camrec.InputError) as refused:
            recording.mark("a\nb")
        assert refused.value.code == "bad_event_text"
        with pytest.raises(camrec.InputError) as refused:
            recording.mark("", at="now")
        assert refused.value.code == "bad_event_time"
        video = recording.stop()
        with pytest.raises(camrec.StateError) as refused:
            recording.mark("too late")
        assert refused.value.code == "not_recording"
        with pytest.raises(camrec.StateError) as refused:
            there.mark("too late")
        assert refused.value.code == "nothing_recorded"

    third = video.mark(3, "third frame", value="left")
    assert video.details == {"subject": "A17", "trial": "3"}
    table = video.events()
    assert set(table["id"]) == {each.id for each in (earlier, first, second, third)}
    assert table.index.is_monotonic_increasing and str(table.index.dtype) == "datetime64[ns, UTC]"
    rows = table.set_index("text")
    assert rows.loc["third frame", "frame"] == 3 and rows.loc["third frame", "value"] == "left"
    assert rows.loc["lever", "value"] == 2 and rows.loc["lever", "length"] == 0.1
    assert set(rows["source"]) == {"python"} and not rows["in_gap"].any()
    times = video.times()
    for event, frame in zip(table.index, table["frame"], strict=True):
        shown = np.searchsorted(times, event.tz_convert(None).to_datetime64(), "right") - 1
        assert shown in (frame, frame - 1), "an event is exact to a microsecond"

    [(event, frames)] = video.around("third frame", before=0.2, after=0.1)
    assert event == third
    seconds = [(time - times[3]) / np.timedelta64(1, "s") for time, _ in frames]
    assert -0.2 <= seconds[0] < 0 < seconds[-1] < 0.1 and 0.0 in np.round(seconds, 5)
    assert there.videos().to_dataframe().loc[video.path.name, ["subject", "trial"]].to_list() == [
        "A17",
        "3",
    ]


def test_a_detail_that_is_called_like_a_column_is_a_column_of_its_own(there):
    with MjpegCamera(rate=25) as camera, there.open(camera.url, "Door") as opened:
        details = {"name": "A", "free": "B", "filename": "C"}
        [video] = camrec.record_together([opened], 1, "Pair", details=details)
        table = there.videos().to_dataframe()
    columns = ["name", "details.name", "free", "details.filename"]
    assert table.loc[video.path.name, columns].to_list() == ["Pair", "A", "B", "C"]
    assert table.reset_index().loc[0, "filename"] == video.path.name
