"""What the station does with a camera that it knows: its measured delay."""

from __future__ import annotations

import pytest

from camrec.callbacks import Callbacks
from camrec.camera_address import parse_address
from camrec.camera_registry import CameraFile, CameraRegistry, MeasuredDelay
from camrec.errors import NotFoundError
from camrec.station.changes import CamerasChanged
from camrec.station.known_cameras import KnownCameras

DELAY = MeasuredDelay(
    delay_s=0.137, uncertainty_s=0.002, measured_at=1_790_000_000 * 10**9, utc_source="arrival"
)


class NoOpenCameras:
    """Stands in for `StationCameras`, whose sessions would need cameras: none is open."""

    def sessions(self) -> list:
        return []


def test_a_measured_delay_is_stored_and_reported_and_can_be_forgotten(tmp_path):
    events, changed = [], Callbacks()
    changed.connect(events.append)
    registry = CameraRegistry(CameraFile(tmp_path))
    known = KnownCameras(registry, NoOpenCameras(), changed)
    source = parse_address("rtsp://camera/stream")
    camera_id = registry.acquire(source, "Door").camera_id
    registry.remember(camera_id, source)
    assert known.set_delay(camera_id, DELAY).delay == DELAY
    assert CameraRegistry(CameraFile(tmp_path)).get(camera_id).delay == DELAY
    assert known.set_delay(camera_id, None).delay is None
    assert CameraRegistry(CameraFile(tmp_path)).get(camera_id).delay is None
    with pytest.raises(NotFoundError):
        known.set_delay("none", DELAY)
    assert events == [CamerasChanged()] * 2
