"""Details as columns of the table of videos."""

from __future__ import annotations

from pathlib import Path

from camrec.api import Library
from camrec.library import VideoFile
from camrec.receipt import Receipt


def test_no_detail_takes_the_column_of_another_one():
    details = {"name": "A", "details.name": "B", "details.details.name": "C"}
    receipt = Receipt.model_construct(
        details=details, evicted_at=None, gaps=[], frames=1, utc_uncertainty=0.0, ended="time"
    )
    handle = VideoFile("a.mp4", Path("a.mp4"), "a", 0, 1.0, 1, 1, 1, "h264", None, True, receipt)
    table = Library([handle]).to_dataframe()
    columns = ["details.details.details.name", "details.name", "details.details.name"]
    assert table.loc["a.mp4", columns].to_list() == ["A", "B", "C"]
