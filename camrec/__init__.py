"""camrec records cameras on your own machine, from a dashboard, a notebook cell or a script.

>>> import camrec
>>> with camrec.open("rtsp://user:password@192.168.1.20:554/stream") as camera:  # doctest: +SKIP
...     video = camera.record(60).wait()
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from camrec.face import (
        Camera,
        Library,
        Recording,
        Video,
        align,
        open,
        open_demo,
        record_together,
        stop,
        videos,
    )

__version__ = "1.0.0"

_FACE = (
    "Camera",
    "Library",
    "Recording",
    "Video",
    "align",
    "open",
    "open_demo",
    "record_together",
    "stop",
    "videos",
)
__all__ = [
    "AccessError",
    "Camera",
    "CameraError",
    "CamrecError",
    "DiskError",
    "InputError",
    "Library",
    "NotFoundError",
    "Recording",
    "ServiceError",
    "StateError",
    "Video",
    "align",
    "open",
    "open_demo",
    "record_together",
    "stop",
    "videos",
]


def __getattr__(name: str) -> Any:
    # Loaded when asked for, so that `import camrec` is quick and a leaf room does not load Panel.
    if name in __all__:
        return getattr(import_module("camrec.face" if name in _FACE else "camrec.errors"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
