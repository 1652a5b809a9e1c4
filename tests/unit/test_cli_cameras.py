"""Which cameras ``camrec cameras`` lists next to a running camrec."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from camrec import schema
from camrec.camera_address import parse_address
from camrec.camera_registry import CameraFile, CameraRegistry
from camrec.cli import cameras
from camrec.config import Config
from camrec.errors import ServiceError

BUILT_IN = ("demo-rtsp", "demo-mjpeg")


@pytest.fixture
def known(monkeypatch, tmp_path):
    """Returns the ids of the cameras that are listed if a running camrec lists these ids."""
    (tmp_path / "videos").mkdir()
    config = Config(videos_dir=str(tmp_path / "videos"))

    def listed(running_ids):
        def get_model(model, path):
            if running_ids is None:
                raise ServiceError("no_camrec", url="http://127.0.0.1:8000")
            return schema.CameraListReply(cameras=[reply(each) for each in running_ids])

        running = SimpleNamespace(client=SimpleNamespace(get_model=get_model))
        monkeypatch.setattr(cameras, "find_running_camrec", lambda _: running)
        return [each.camera_id for each in cameras.known_cameras(config)]

    listed.folder = tmp_path / "videos"
    return listed


def reply(camera_id):
    return schema.CameraReply(
        camera_id=camera_id,
        name=camera_id,
        url="http://192.168.1.30/video",
        kind="mjpeg",
        clock="arrival",
        delay=None,
        stays=False,
        session_ids=[],
    )


def test_open_built_in_cameras_are_listed_although_no_folder_stores_them(known):
    assert known(BUILT_IN) == list(BUILT_IN)


def test_the_cameras_of_a_camrec_that_uses_another_folder_are_not_listed(known):
    assert known([*BUILT_IN, "another"]) == []
    stored = store(known.folder)
    assert known(["another"]) == [stored]
    assert known([stored, *BUILT_IN]) == [stored, *BUILT_IN]
    assert known(None) == [stored]


def store(folder):
    """Store one camera in the folder, and return its id."""
    registry = CameraRegistry(CameraFile(folder))
    source = parse_address("http://192.168.1.30/video")
    camera = registry.acquire(source, "Door")
    registry.remember(camera.camera_id, source, None, None, None)
    return camera.camera_id
