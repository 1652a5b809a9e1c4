"""Connects the cameras of a command with the Lab Streaming Layer, if the user wants that."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from camrec.errors import ServiceError

if TYPE_CHECKING:
    from camrec.lsl import LslBridge
    from camrec.station import Station


class LabStreams:
    """What ``--lsl`` and ``--lsl-markers`` ask for.

    Creating it imports pylsl if it is needed, so that a missing package is reported at once.

    Raises
    ------
    ServiceError
        ``lsl_missing``: pylsl is not installed, or finds no liblsl.
    """

    def __init__(self, wanted: bool, marker_streams: Sequence[str] = ()) -> None:
        self._marker_streams = marker_streams
        self._bridge = _load_bridge() if wanted or marker_streams else None

    def connect(self, station: Station) -> AbstractContextManager[object]:
        """Connect a station until the context ends, or do nothing."""
        if self._bridge is None:
            return nullcontext()
        return self._bridge(station, self._marker_streams)


def _load_bridge() -> type[LslBridge]:
    try:
        from camrec.lsl import LslBridge
    except ImportError:
        raise ServiceError("lsl_missing", reason="pylsl") from None
    except (OSError, RuntimeError):  # pylsl is there, and cannot load the library
        raise ServiceError("lsl_missing", reason="liblsl") from None
    return LslBridge
