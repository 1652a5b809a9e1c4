"""The cameras in memory: which one an address is, and which are open."""

from __future__ import annotations

import pytest

from camrec.camera_address import parse_address
from camrec.camera_registry import CameraFile, KnownCamera
from camrec.camera_registry.camera_table import CameraTable
from camrec.camera_registry.stored_cameras import StoredCameras
from camrec.errors import NotFoundError, StateError

SOURCE = parse_address("rtsp://door/stream")
OTHER = parse_address("rtsp://yard/stream")
STORED = KnownCamera(camera_id="00", name="Door", url=SOURCE.url)


@pytest.fixture
def table(tmp_path):
    """One stored camera, and one that is part of camrec."""
    stored = StoredCameras(CameraFile(tmp_path))
    stored.change([STORED])
    return CameraTable(stored, ["demo"])


def acquire(table, source, camera_id=None, fingerprint=None):
    return table.acquire(source, "New", camera_id, fingerprint)


def test_a_stored_camera_is_found_by_its_address_and_by_its_id(table):
    assert acquire(table, SOURCE) is STORED
    assert acquire(table, OTHER, "00") is STORED  # its recording continues at another address
    assert table.all() == [STORED] and table.find(OTHER, None) is None
    with pytest.raises(NotFoundError):
        table.get("01")


def test_a_new_camera_is_forgotten_with_its_last_session_unless_it_was_stored(table):
    camera = acquire(table, OTHER)
    assert acquire(table, OTHER) is camera and table.all() == [camera, STORED]
    assert table.open_ids == {camera.camera_id}
    table.release(camera.camera_id)
    assert table.get(camera.camera_id) is camera and table.is_unstored(camera.camera_id)
    table.release(camera.camera_id)
    assert table.all() == [STORED] and table.open_ids == set()
    camera = acquire(table, OTHER)
    table.note_stored(camera.camera_id)
    assert not table.is_unstored(camera.camera_id) and table.open_ids == {camera.camera_id}


def test_an_id_is_used_for_a_new_camera_only_if_it_is_one(table):
    assert acquire(table, OTHER, "abc").camera_id == "abc"
    assert len(acquire(table, parse_address("rtsp://shed/stream"), "../abc").camera_id) == 16


def test_a_built_in_camera_is_never_another_one_at_the_same_address(table):
    camera = acquire(table, SOURCE, "demo")
    assert camera.camera_id == "demo" and table.find_stored("demo") is None
    with pytest.raises(StateError, match="built"):
        table.reject_built_in(camera)
    table.reject_built_in(STORED)


def test_addresses_that_differ_only_in_a_secret_are_different_cameras(table):
    one, two = acquire(table, SOURCE, fingerprint="one"), acquire(table, SOURCE, fingerprint="two")
    assert len({one.camera_id, two.camera_id, "00"}) == 3
    assert table.find(SOURCE, "two") is two and table.find(SOURCE, None) is STORED


def test_an_open_camera_and_a_taken_address_are_rejected(table):
    table.reject_open(STORED)
    camera = acquire(table, OTHER)
    with pytest.raises(StateError, match="open"):
        table.reject_open(camera)
    with pytest.raises(StateError, match="Door"):
        table.reject_taken_address(camera.model_copy(update={"url": SOURCE.url}))
    table.reject_taken_address(camera)  # it is its own


@pytest.mark.parametrize("kept", ["stays", "planned"])
def test_a_camera_is_kept_as_it_was_stored_the_last_time(kept):
    changed = STORED.model_copy(update={"stays": True, "planned": True, "name": "Gate"})
    before = STORED.model_copy(update={kept: True, "stored_address": "rtsp://u:p@door/stream"})
    restored = changed.kept_as(before)
    assert restored.name == "Gate" and restored.stored_address == before.stored_address
    assert (restored.stays, restored.planned) == (before.stays, before.planned)
    assert not changed.kept_as(None).is_kept and not changed.kept_as(STORED).is_kept
