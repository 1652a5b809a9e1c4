"""Reads the station's state after each of its changes, and notifies every page that shows it."""

from __future__ import annotations

import logging
import threading

from camrec.callbacks import Callbacks
from camrec.dashboard.page_state import PageState
from camrec.dashboard.page_state_reader import PageStateReader
from camrec.dashboard.stream_history import StreamHistory
from camrec.station import LibraryChanged, Station, StationChange

log = logging.getLogger(__name__)

# The station reports no change of the disk, the audio track or the number of retries.
PAGE_STATE_INTERVAL_S = 2.0  # between two reads if nothing changes
CHANGE_BATCH_S = 0.05  # changes within this time lead to one read


class PageStateBoard:
    """The state of one station for all its pages.

    The constructor reads it, and after that a thread does.

    Attributes
    ----------
    state : the latest state.
    changed : emits each new state, in the board's thread.
    history : the statistics of each camera in the last minutes.
    """

    def __init__(self, station: Station) -> None:
        self.changed: Callbacks[[PageState]] = Callbacks()
        self.history = StreamHistory(station.cameras.sessions, station.clock.utc_ns)
        self._reader = PageStateReader(station)
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._disconnect = station.changed.connect(self._on_station_change)
        self.state = self._reader.read()
        self._thread = threading.Thread(target=self._run, name="board", daemon=True)

    def start(self) -> PageStateBoard:
        self._thread.start()
        self.history.start()
        return self

    def stop(self) -> None:
        self._disconnect()
        self._stopping.set()
        self._wake.set()
        self._thread.join()
        self.history.stop()

    def _on_station_change(self, change: StationChange) -> None:
        if isinstance(change, LibraryChanged):
            self._reader.notice_library_change()
        self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.wait(PAGE_STATE_INTERVAL_S)
            if self._stopping.wait(CHANGE_BATCH_S):
                return
            self._wake.clear()
            try:
                self._read()
            except Exception:
                # The pages keep the latest state, and the next read may succeed.
                log.exception("the state of the dashboard could not be read")

    def _read(self) -> None:
        state = self._reader.read()
        if state != self.state:
            self.state = state
            self.changed.emit(state)


# One board for each station that has a page. Panel calls `make_page` once for each browser, and
# nothing else could pass the board from one call to the next.
_boards: dict[Station, PageStateBoard] = {}
_boards_lock = threading.Lock()


def board_for(station: Station) -> PageStateBoard:
    """Return the board of a station, which all its pages share. The first call starts it."""
    with _boards_lock:
        if station not in _boards:
            _boards[station] = PageStateBoard(station).start()
        return _boards[station]


def stop_board(station: Station) -> None:
    """Stop reading the state of a station that has no pages any more."""
    with _boards_lock:
        board = _boards.pop(station, None)
    if board is not None:
        board.stop()
