"""The markers of an LSL stream as events of what records."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pylsl

from camrec.annotations import (
    MAX_EVENT_SOURCE_CHARS,
    MAX_EVENT_TEXT_CHARS,
    EventFields,
    is_plain_text,
)
from camrec.clock import Clock
from camrec.errors import CamrecError, StateError
from camrec.lsl.lsl_clock import read_clocks

log = logging.getLogger(__name__)

RESOLVE_TIMEOUT_S = 1.0
STREAM_OPEN_TIMEOUT_S = 5.0
SAMPLE_TIMEOUT_S = 0.5

# Gets the fields of an event, its source and its moment in UTC nanoseconds.
EventMaker = Callable[[EventFields, str, int], object]


class MarkerInlet:
    """Waits for the stream with a name, and makes an event of each of its samples.

    A stream that ends is waited for again. The text of an event is the first channel; a number is
    the value of an event whose text is the name of the stream.

    Parameters
    ----------
    mark
        Makes an event. Its errors are logged.
    stopping
        Ends it when it is set.
    """

    def __init__(
        self, stream_name: str, clock: Clock, mark: EventMaker, stopping: threading.Event
    ) -> None:
        self._stream_name = stream_name
        self._clock = clock
        self._mark = mark
        self._stopping = stopping
        self._thread = threading.Thread(target=self._run, name="camrec-lsl-markers", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait until it has ended."""
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            found = pylsl.resolve_byprop("name", self._stream_name, timeout=RESOLVE_TIMEOUT_S)
            if not found:
                continue
            try:
                self._follow(found[0])
            except RuntimeError as error:
                log.warning("the LSL stream %s is lost: %s", self._stream_name, error)

    def _follow(self, info: pylsl.StreamInfo) -> None:
        """Mark what a stream sends until it is lost. Raises what pylsl raises."""
        inlet = pylsl.StreamInlet(info, recover=False, processing_flags=pylsl.proc_clocksync)
        inlet.open_stream(timeout=STREAM_OPEN_TIMEOUT_S)
        # It takes half a second to know the other computer's clock. What comes meanwhile waits.
        inlet.time_correction(timeout=STREAM_OPEN_TIMEOUT_S)
        log.info("the markers of the LSL stream %s become events", self._stream_name)
        try:
            while not self._stopping.is_set():
                sample, timestamp = inlet.pull_sample(timeout=SAMPLE_TIMEOUT_S)
                if timestamp is not None:
                    self._make_event(sample[0], timestamp)
        finally:
            inlet.close_stream()

    def _make_event(self, marker: str | int | float, timestamp: float) -> None:
        source = f"lsl {self._stream_name}"[:MAX_EVENT_SOURCE_CHARS]
        fields = _to_event_fields(marker, self._stream_name)
        try:
            self._mark(fields, source, read_clocks(self._clock).lsl_to_utc_ns(timestamp))
        except StateError as error:
            log.info("no event for %r of LSL: %s", fields["text"], error)
        except CamrecError as error:
            log.warning("no event for %r of LSL: %s", fields["text"], error)


def _to_event_fields(marker: str | int | float, stream_name: str) -> EventFields:
    if isinstance(marker, str):
        return {"text": _to_plain_text(marker)}
    return {"text": _to_plain_text(stream_name), "value": marker}


def _to_plain_text(text: str) -> str:
    """Return one line that an event can have: control characters become spaces."""
    spaced = "".join(char if is_plain_text(char, 1) else " " for char in text)
    return spaced.strip()[:MAX_EVENT_TEXT_CHARS]
