"""A finished file is compared with its receipt, also on the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from camrec.recording import verify_video
from support.command_line import run


@pytest.fixture
def good(film, tmp_path) -> Path:
    """A real video with its receipt next to it."""
    path = tmp_path / "good.mp4"
    shutil.copy(film[0], path)
    film[1].write(path.with_suffix(".json"))
    return path


def test_a_video_that_matches_its_receipt_is_good(good, film):
    found = verify_video(good)
    assert found.faults == {}
    assert found.frames == film[1].frames
    assert found.duration == pytest.approx(film[1].duration, abs=1e-5)
    assert found.sha256 == film[1].sha256 and found.receipt == film[1]


def test_a_truncated_video_is_found(good):
    good.write_bytes(good.read_bytes()[:-5000])
    faults = verify_video(good).faults
    assert "sha256" in faults and ("unreadable" in faults or "frames" in faults)


@pytest.mark.parametrize("place_of_it", [0.1, 0.5, 0.9])
def test_one_flipped_byte_of_a_video_is_found(good, place_of_it):
    data = bytearray(good.read_bytes())
    data[int(len(data) * place_of_it)] ^= 0xFF
    good.write_bytes(data)
    assert "sha256" in verify_video(good).faults


def test_a_video_with_zeroed_bytes_in_the_middle_is_reported_as_undecodable(good):
    data = bytearray(good.read_bytes())
    middle = len(data) // 3
    data[middle : middle + 3000] = bytes(3000)
    good.write_bytes(data)
    good.with_suffix(".json").unlink()
    assert set(verify_video(good).faults) == {"undecodable"}


def test_a_video_without_a_receipt_is_checked_as_far_as_possible(good):
    good.with_suffix(".json").unlink()
    found = verify_video(good)
    assert found.receipt is None and found.faults == {} and found.frames > 0


def test_verifying_a_file_that_is_no_video_reports_it(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"nothing")
    assert set(verify_video(path).faults) == {"unreadable"}


def test_camrec_verify_prints_faults_and_exits_with_a_code(place, good, film):
    code, out, err = run(place, "verify", str(good))
    assert code == 0 and film[1].sha256 in out and str(film[1].frames) in out, err
    with good.open("r+b") as file:
        file.write(b"x")
    code, out, err = run(place, "verify", str(good), language="fr_FR")
    assert code == 1 and "Le fichier a été modifié" in err and film[1].sha256 in err
    good.with_suffix(".json").unlink()
    shutil.copy(film[0], good)
    code, _, err = run(place, "verify", str(good))
    assert code == 0 and "no receipt" in err
    assert run(place, "verify", "none.mp4")[0] == 2
