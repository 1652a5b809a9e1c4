"""Connects a station with the Lab Streaming Layer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from camrec.annotations import EventFields
from camrec.lsl.camera_outlet import CameraOutlet
from camrec.lsl.marker_inlet import MarkerInlet
from camrec.session import OPEN_SESSION_STATES
from camrec.station import Station

log = logging.getLogger(__name__)

SESSION_POLL_INTERVAL_S = 0.5
PAUSE_AFTER_ERROR_S = 5.0


class LslBridge:
    """Sends the frame times of all open cameras to LSL, and makes events of markers from LSL.

    As a context manager it stops at the end.

    Parameters
    ----------
    marker_streams
        The names of streams whose samples become events in all that records.
    """

    def __init__(self, station: Station, marker_streams: Sequence[str] = ()) -> None:
        self._station = station
        self._outlets: dict[str, CameraOutlet] = {}
        self._frames_ready = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camrec-lsl", daemon=True)
        self._thread.start()
        self._inlets = [
            MarkerInlet(name, station.clock, self._mark, self._stopping) for name in marker_streams
        ]

    def stop(self) -> None:
        """End all streams. Calling this again does nothing."""
        self._stopping.set()
        self._frames_ready.set()
        self._thread.join()
        for inlet in self._inlets:
            inlet.join()

    def __enter__(self) -> LslBridge:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._frames_ready.wait(SESSION_POLL_INTERVAL_S)
            self._frames_ready.clear()
            try:
                self._follow_cameras()
                for outlet in self._outlets.values():
                    outlet.push_frames()
            except Exception:  # LSL must not end what records
                log.exception("the frame times of a camera could not be sent to LSL")
                self._stopping.wait(PAUSE_AFTER_ERROR_S)
        for outlet in self._outlets.values():
            outlet.close()

    def _follow_cameras(self) -> None:
        """Begin the streams of cameras that were opened, and end those of closed ones."""
        sessions = self._station.cameras.sessions()
        opened = {each.session_id: each for each in sessions if each.state in OPEN_SESSION_STATES}
        for session_id in self._outlets.keys() - opened.keys():
            self._outlets.pop(session_id).close()
        for session_id in opened.keys() - self._outlets.keys():
            self._outlets[session_id] = CameraOutlet(
                opened[session_id], self._station.clock, self._frames_ready.set
            )

    def _mark(self, fields: EventFields, source: str, at: int) -> object:
        return self._station.events.mark(fields, source=source, at=at)
