"""Every notebook runs from its first cell to its last, and is stored without outputs."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from camrec.receipt import Receipt

pytestmark = pytest.mark.busy

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


# Afterwards the kernel is as if it had just started, except that the modules stay imported.
END = """\
import camrec
camrec.stop()
%reset -f
"""


@pytest.fixture(scope="module")
def run_notebook(binaries) -> Iterator[Callable[[Path, Path], None]]:
    """``run_notebook(path, folder)`` runs its cells in that folder.

    One kernel runs all notebooks, since its imports take longer than their cells. It is replaced
    after an error.
    """
    # They take seconds, which each worker would spend that only collects this file.
    import nbformat
    from nbclient import NotebookClient

    client = NotebookClient(nbformat.v4.new_notebook(), timeout=120)

    def end_kernel() -> None:
        if client.km is not None:
            with client.setup_kernel():  # ends the kernel when it is left
                pass

    def run(path: Path, folder: Path) -> None:
        client.nb = nbformat.read(path, 4)
        client.nb.cells.insert(0, nbformat.v4.new_code_cell(f"%cd -q {folder}"))
        client.nb.cells.append(nbformat.v4.new_code_cell(END))
        try:
            client.execute(cleanup_kc=False)
        except BaseException:
            end_kernel()
            raise

    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PATH", f"{binaries.mediamtx.parent}", prepend=os.pathsep)
        yield run
        end_kernel()


@pytest.mark.slow(20)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_its_first_cell_to_its_last(path, run_notebook, tmp_path):
    run_notebook(path, tmp_path)
    videos = list((tmp_path / "videos").glob("*.mp4"))
    assert len(videos) == VIDEOS.get(path.stem, 1)
    receipts = [Receipt.read(each.with_suffix(".json")) for each in videos]
    events = Counter(event.text for receipt in receipts for event in receipt.events)
    assert events == EVENTS.get(path.stem, {})
    assert not list((tmp_path / "videos" / ".parts").iterdir())
