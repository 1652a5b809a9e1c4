"""Every notebook runs from its first cell to its last, and is stored without outputs."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = [pytest.mark.busy, pytest.mark.spread]

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
VIDEOS = {"two_cameras": 2}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path):
    for cell in nbformat.read(path, 4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_notebook_cell_stops_camrec_or_waits_in_a_callback(path):
    """None of its cells stops camrec, and no callback of a page waits."""
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code":
            assert "camrec.stop()" not in cell.source
            assert "on_click" not in cell.source or ".wait()" not in cell.source


@pytest.mark.slow(30)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_its_first_cell_to_its_last(path, binaries, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{binaries.mediamtx.parent}", prepend=os.pathsep)
    notebook = nbformat.read(path, 4)
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    videos = list((tmp_path / "videos").glob("*.mp4"))
    assert len(videos) == VIDEOS.get(path.stem, 1)
    assert all(each.with_suffix(".json").is_file() for each in videos)
    assert not list((tmp_path / "videos" / ".parts").iterdir())
