"""Every notebook runs from its first cell to its last, and is stored without outputs."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from camrec.receipt import Receipt

pytestmark = [pytest.mark.busy, pytest.mark.spread]

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
VIDEOS = {"experiment": 2, "two_cameras": 2}
# How many videos show an event.
EVENTS = {"experiment": {"light on": 6, "looks up": 2, "a car passes": 1}}


def cells(path: Path) -> list[dict]:
    return json.loads(path.read_text("utf-8"))["cells"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path):
    for cell in cells(path):
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_notebook_cell_stops_camrec_or_waits_in_a_callback(path):
    """None of its cells stops camrec, and no callback of a page waits."""
    for cell in cells(path):
        if cell["cell_type"] == "code":
            source = "".join(cell["source"])
            assert "camrec.stop()" not in source
            assert "on_click" not in source or ".wait()" not in source


@pytest.mark.slow(30)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_its_first_cell_to_its_last(path, binaries, tmp_path, monkeypatch):
    # They take seconds, which each worker would spend that only collects this file.
    import nbformat
    from nbclient import NotebookClient

    monkeypatch.setenv("PATH", f"{binaries.mediamtx.parent}", prepend=os.pathsep)
    notebook = nbformat.read(path, 4)
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    videos = list((tmp_path / "videos").glob("*.mp4"))
    assert len(videos) == VIDEOS.get(path.stem, 1)
    receipts = [Receipt.read(each.with_suffix(".json")) for each in videos]
    events = Counter(event.text for receipt in receipts for event in receipt.events)
    assert events == EVENTS.get(path.stem, {})
    assert not list((tmp_path / "videos" / ".parts").iterdir())
