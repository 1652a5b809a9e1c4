"""One viewer's way to the pictures as the camera coded them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from camrec.clock import Clock
from camrec.live.h264_packet import Packet
from camrec.live.jpeg_encoder_thread import Feed, Units
from camrec.media import Track, Unit, VideoTrack

SECOND = 10**9
LATE = SECOND  # nanoseconds behind the newest from which on none is shown before it caught up
FAR = 4 * SECOND  # ... and from which on that is given up, until the next key picture
FEW = 3  # pictures that may wait without being called late
SHOWN = SECOND // 5  # nanoseconds: as often at least a viewer that is behind is shown one
MOST = 16 << 20  # bytes that may come between two calls of `fill`
CODEC = "h264"


class PacketSubscription:
    """The current group first, so that the first picture comes at once, then each as it comes.

    A viewer that falls behind decodes what it missed without showing it, or is taken to the newest
    key picture. So what waits for it is never more than the feed keeps anyway, and it is never left
    behind by the group that it began with.

    unfit : the camera sends something else than H.264, or renews its pictures bit by bit, which no
        browser can begin with; nothing more comes.
    lag : seconds from sending to the viewer's answer, as the one who sends measures it, or None.

    Parameters
    ----------
    on_ready
        Called when something has come, from another thread: it hands over to the one thread that
        makes all other calls, which has to `fill` soon, and returns.
    """

    def __init__(
        self,
        feed: Feed,
        clock: Clock,
        on_ready: Callable[[], object],
        on_close: Callable[[PacketSubscription], None],
    ) -> None:
        self._feed = feed
        self._clock = clock
        self._on_ready = on_ready
        self._on_close = on_close
        self._waiting: deque[tuple[int, Unit]] = deque()
        self._track: Track | None = None
        self._number = 0
        self._adrift = True  # the next that can be used is a key picture
        self._from = 0  # the time of the one that it began with
        self._beginning = True  # what waits is the group that it began with
        self._catching_up = True  # only the newest is of any use
        self._newest = 0  # when the newest arrived
        self._shown = 0  # when it was last given one to show
        self.unfit = False
        self.lag: float | None = None
        self._units = self._subscribe()

    def take(self) -> Packet | None:
        """The next picture, if there is one."""
        self.fill()
        if not self._waiting:
            return None
        number, unit = self._waiting.popleft()
        now = self._clock.monotonic_ns()
        shown_lately = self._catching_up or now - self._shown < SHOWN
        # The first is there at once; the newest, which needs the whole group, follows.
        at_once = unit.key and not self._shown
        passing = bool(self._waiting) and shown_lately and not at_once
        if not passing:
            self._shown = now
        if not self._waiting:
            self._caught_up()
        captured = self._clock.utc_ns() - (now - (unit.time + unit.offset))
        assert isinstance(unit.track, VideoTrack)
        return Packet(unit.track, unit.data, captured, number, unit.key, passing)

    def fill(self) -> None:
        """See to what has come since, even where nothing can be taken now."""
        if self._units.overflowed and not self._units.closed:
            # Nobody took anything for long: what was missed is of no use any more.
            self._units.close()
            self._units = self._subscribe()
            self._let_go()
            self._beginning = self._catching_up = True
        for item in self._units.take():
            if isinstance(item, Unit):
                self._came(item)
            else:
                self._let_go()
        if len(self._waiting) > FEW and not self._beginning:
            behind = self._newest - self._waiting[0][1].arrived
            self._catching_up = self._catching_up or behind > LATE
            if behind > FAR:
                self._let_go()

    def close(self) -> None:
        """Any number of times, from any thread."""
        self._units.close()
        self._on_close(self)

    def _subscribe(self) -> Units:
        return self._feed.subscribe(max_bytes=MOST, media=("video",), on_ready=self._on_ready)

    def _came(self, unit: Unit) -> None:
        self._number += 1
        self._newest = unit.arrived
        if unit.track.codec != CODEC or (unit.key and unit.dependent):
            self.unfit = True
            self._let_go()
            return
        if unit.key:
            if len(self._waiting) > FEW:
                self._let_go()
            if self._adrift:
                self._from = unit.time
            self._adrift = False
        elif unit.track is not self._track:
            self._let_go()
        self._track = unit.track
        if unit.dependent and unit.time < self._from:  # it needs pictures from before
            return
        if not self._adrift:
            self._waiting.append((self._number, unit))

    def _let_go(self) -> None:
        """Go on at a key picture."""
        self._waiting.clear()
        self._adrift = True
        self._caught_up()

    def _caught_up(self) -> None:
        self._beginning = self._catching_up = False
