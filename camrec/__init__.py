"""camrec records cameras on your own machine, from a dashboard, a notebook cell or a script.

>>> import camrec
>>> with camrec.open("rtsp://user:password@192.168.1.20:554/stream") as camera:  # doctest: +SKIP
...     video = camera.record(60).wait()
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from camrec.api import (
        Camera,
        Connection,
        Event,
        Library,
        Plan,
        PlanOccurrence,
        Recording,
        Video,
        align,
        cameras,
        connect,
        mark,
        open,
        open_demo,
        plan,
        plans,
        record_together,
        save_when_ended,
        schedule,
        stop,
        videos,
    )
    from camrec.errors import (
        AccessError,
        CameraError,
        CamrecError,
        DiskError,
        InputError,
        NotFoundError,
        ServiceError,
        StateError,
    )

__version__ = "1.0.0"

# Log lines would be in the way in a notebook cell. Anyone who wants them adds a handler.
logging.getLogger(__name__).addHandler(logging.NullHandler())

__all__ = [
    "AccessError",
    "Camera",
    "CameraError",
    "CamrecError",
    "Connection",
    "DiskError",
    "Event",
    "InputError",
    "Library",
    "NotFoundError",
    "Plan",
    "PlanOccurrence",
    "Recording",
    "ServiceError",
    "StateError",
    "Video",
    "align",
    "cameras",
    "connect",
    "mark",
    "open",
    "open_demo",
    "plan",
    "plans",
    "record_together",
    "save_when_ended",
    "schedule",
    "stop",
    "videos",
]


if not TYPE_CHECKING:  # a type checker reads the imports above

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used, so that ``import camrec`` is quick."""
        if name in __all__:
            package = "camrec.errors" if name.endswith("Error") else "camrec.api"
            return getattr(import_module(package), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
