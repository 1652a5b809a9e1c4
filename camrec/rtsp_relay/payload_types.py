"""Which packets of a video's channel are the video, though they are numbered otherwise."""

from __future__ import annotations

from collections.abc import Iterable

# All others below them have a meaning of their own, or are RTCP on the channel of RTP.
FIRST_DYNAMIC_PAYLOAD_TYPE, JPEG_PAYLOAD_TYPE = 96, 26
MAX_STRANGER_PACKETS = (
    50  # packets in a row, and none of its own, after which they are what it sends now
)


class PayloadTypes:
    """A camera may send its video under a payload type that its description does not have.

    At first such packets are taken at once, later when nothing else comes any more: what comes
    between its own packets is something else.

    Parameters
    ----------
    own
        The payload type as it was described.
    described
        All of the medium; none of the others is taken for its own.
    """

    def __init__(self, own: int, described: Iterable[int] = ()) -> None:
        self.own = own
        self._others = frozenset(described) - {own}
        self._heard = False
        self._adopted = -1
        self._stranger = -1
        self._strangers = 0

    def is_video(self, number: int) -> bool:
        """To be asked of each packet in turn."""
        if number == self.own:
            self._heard = True
            self._adopted, self._strangers = -1, 0
            return True
        if number == self._adopted:
            return True
        if number in self._others or (
            number < FIRST_DYNAMIC_PAYLOAD_TYPE and number != JPEG_PAYLOAD_TYPE
        ):
            return False
        self._strangers = self._strangers + 1 if number == self._stranger else 1
        self._stranger = number
        if self._heard and self._strangers < MAX_STRANGER_PACKETS:
            return False
        self._adopted, self._heard = number, True
        return True
