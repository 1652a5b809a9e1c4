"""Finds the video packets of a channel, even if their payload type is not the described one."""

from __future__ import annotations

from collections.abc import Iterable

# All other types below 96 are other static formats, or RTCP on the channel of RTP.
FIRST_DYNAMIC_PAYLOAD_TYPE, JPEG_PAYLOAD_TYPE = 96, 26
# If so many packets of another type arrive in a row, that type is the video.
MAX_STRANGER_PACKETS = 50


class PayloadTypes:
    """Handles cameras that send video with another payload type than the described one.

    Before the first packet of the described type, any other type is accepted at once. After it,
    another type is accepted only if packets of the described type no longer arrive. Packets between
    those of the described type are something else.

    Parameters
    ----------
    own
        The payload type in the description.
    described
        All payload types of the medium. The other ones are never accepted.
    """

    def __init__(self, own: int, described: Iterable[int] = ()) -> None:
        self.own = own
        self._others = frozenset(described) - {own}
        self._heard = False
        self._adopted = -1
        self._stranger = -1
        self._strangers = 0

    def is_video(self, number: int) -> bool:
        """Whether a packet of this type is video. Call this for each packet, in order."""
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
