"""One camera as a stream of LSL: the number and the UTC of each frame."""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable, Mapping

import pylsl

from camrec import __version__
from camrec.camera_clock import ClockChoice
from camrec.clock import NS_PER_SECOND, Clock
from camrec.feed import Discontinuity, Subscription
from camrec.lsl.frame_dates import FrameDates
from camrec.lsl.lsl_clock import read_clocks
from camrec.media import MediaUnit
from camrec.session import Session

log = logging.getLogger(__name__)

# The name of a stream is this and the name of the camera.
OUTLET_NAME_PREFIX = "camrec "
OUTLET_TYPE = "VideoFrames"
CHANNEL_LABELS, CHANNEL_UNITS = ["frame", "utc"], ["count", "seconds"]
MAX_OUTLET_BUFFER_S = 60
# In the description of a stream: what its times are.
TIME_MEANINGS: Mapping[ClockChoice, str] = {
    "arrival": "when a frame arrived, without the delays of the network that vary",
    "camera": "when a frame was captured, by the camera's own clock; before that clock is believed,"
    " as by arrival",
}
# Frames are taken within a tenth of a second; so much may come meanwhile.
MAX_OUTLET_QUEUE_BYTES = 64 << 20


class CameraOutlet:
    """Sends the times of a session's frames, in the order in which they were taken.

    A sample has two channels: the number of the frame, counted from the first one that was sent,
    and when it was taken, in seconds of UTC: by the camera's clock if the session uses that, else
    by its arrival. Its timestamp is the same moment by LSL's clock.

    Parameters
    ----------
    on_ready
        Called when there are frames for `push_frames`.
    """

    def __init__(self, session: Session, clock: Clock, on_ready: Callable[[], object]) -> None:
        self._session = session
        self._clock = clock
        self._on_ready = on_ready
        self._outlet = pylsl.StreamOutlet(
            _stream_info(session), chunk_size=0, max_buffered=MAX_OUTLET_BUFFER_S
        )
        self._dates = FrameDates()
        self._waiting: list[tuple[int, int, MediaUnit]] = []  # for frames that are shown before
        self._taken = self._sent = 0
        self._newest_arrival = self._skipped_until = 0  # monotonic nanoseconds
        self._subscription = self._subscribe()

    def push_frames(self) -> None:
        """Send the frames that have arrived."""
        units = self._subscription.take_all()
        for unit in units:
            if isinstance(unit, Discontinuity):
                self._send(len(self._waiting))
                continue
            if unit.arrived <= self._skipped_until:
                continue
            self._taken += 1
            self._newest_arrival = unit.arrived
            heapq.heappush(self._waiting, (unit.time, self._taken, unit))
            self._send(len(self._waiting) - unit.video_track.reorder)
        if self._subscription.overflowed:
            log.warning("%s: the times of some frames are not sent to LSL", self._session.name)
            self._skipped_until = self._newest_arrival  # it begins again with the current GOP
            self._subscription.close()
            self._subscription = self._subscribe()

    def close(self) -> None:
        """End the stream. Calling this again does nothing."""
        self._subscription.close()
        self._outlet = None

    def _subscribe(self) -> Subscription:
        return self._session.feed.subscribe(
            max_bytes=MAX_OUTLET_QUEUE_BYTES,
            media=("video",),
            low_latency=False,
            on_ready=self._on_ready,
        )

    def _send(self, count: int) -> None:
        """Send the first frames of those that wait."""
        if count <= 0 or self._outlet is None:
            return
        clocks = read_clocks(self._clock)
        for _ in range(count):
            _, _, unit = heapq.heappop(self._waiting)
            arrived = clocks.monotonic_to_utc_ns(unit.time + unit.offset)
            taken = self._dates.utc_ns(unit, arrived)
            sample = [self._sent, taken / NS_PER_SECOND]
            self._outlet.push_sample(sample, clocks.utc_ns_to_lsl(taken))
            self._sent += 1


def _stream_info(session: Session) -> pylsl.StreamInfo:
    info = pylsl.StreamInfo(
        f"{OUTLET_NAME_PREFIX}{session.name}",
        OUTLET_TYPE,
        len(CHANNEL_LABELS),
        pylsl.IRREGULAR_RATE,
        pylsl.cf_double64,
        f"camrec {session.camera_id}",  # so that an inlet finds the camera again
    )
    info.set_channel_labels(CHANNEL_LABELS)
    info.set_channel_units(CHANNEL_UNITS)
    description = info.desc()
    description.append_child_value("manufacturer", f"camrec {__version__}")
    description.append_child_value("camera", session.name)
    description.append_child_value("camera_id", session.camera_id)
    description.append_child_value("clock", session.clock_choice)
    description.append_child_value("times", TIME_MEANINGS[session.clock_choice])
    return info
