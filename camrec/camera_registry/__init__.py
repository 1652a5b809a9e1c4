"""The cameras that camrec knows: an id and a name for each address, kept in one file."""

from camrec.camera_registry.camera_file import (
    CAMERA_FILE_NAME,
    CameraFile,
    ReadOnlyCameraFile,
)
from camrec.camera_registry.camera_list import MAX_STORED_CAMERAS
from camrec.camera_registry.identity import address_identity
from camrec.camera_registry.known_camera import CAMERA_ID_PATTERN, KnownCamera
from camrec.camera_registry.measured_delay import MAX_DELAY_S, MeasuredDelay
from camrec.camera_registry.registry import CameraRegistry

__all__ = [
    "CAMERA_FILE_NAME",
    "CAMERA_ID_PATTERN",
    "MAX_DELAY_S",
    "MAX_STORED_CAMERAS",
    "CameraFile",
    "CameraRegistry",
    "KnownCamera",
    "MeasuredDelay",
    "ReadOnlyCameraFile",
    "address_identity",
]
