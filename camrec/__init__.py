"""camrec records cameras on your own machine, from a dashboard, a notebook cell or a script.

>>> import camrec
>>> with camrec.open("rtsp://user:password@192.168.1.20:554/stream") as camera:  # doctest: +SKIP
...     video = camera.record(60).wait()
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from camrec.api import (
        Camera,
        Connection,
        Library,
        Recording,
        Video,
        align,
        cameras,
        connect,
        open,
        open_demo,
        record_together,
        stop,
        videos,
    )

__version__ = "1.0.0"

# Who wants to read what is logged says so; in a notebook's cell it would only stand in the way.
logging.getLogger(__name__).addHandler(logging.NullHandler())

__all__ = [
    "AccessError",
    "Camera",
    "CameraError",
    "CamrecError",
    "Connection",
    "DiskError",
    "InputError",
    "Library",
    "NotFoundError",
    "Recording",
    "ServiceError",
    "StateError",
    "Video",
    "align",
    "cameras",
    "connect",
    "open",
    "open_demo",
    "record_together",
    "stop",
    "videos",
]


def __getattr__(name: str) -> Any:
    # Loaded when asked for, so that `import camrec` is quick and a leaf room does not load Panel.
    if name in __all__:
        room = "camrec.errors" if name.endswith("Error") else "camrec.api"
        return getattr(import_module(room), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
