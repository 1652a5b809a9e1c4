"""How often one address may ask, and how often it may be wrong; both in bounded memory."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

REMEMBERED = 1024  # addresses; the one that was quiet for the longest is forgotten first
RATE = 200.0  # requests a second that one address may keep up
BURST = 1000.0  # requests that it may make at once
FREE_TRIES = 5  # wrong tokens before the first pause
FIRST_PAUSE = 1.0  # seconds; each further wrong token doubles it
LONGEST_PAUSE = 60.0


class Rate:
    """A bucket of requests for each address: it fills at `RATE` and holds `BURST`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Take one request; seconds until there is one where there is none, else 0."""
        peer, now = peer_of(address), self._clock()
        left, since = self._left.pop(peer, (BURST, now))
        left = min(BURST, left + (now - since) * RATE)
        taken = left >= 1
        self._left[peer] = (left - 1 if taken else left, now)
        _forget(self._left)
        return 0.0 if taken else (1 - left) / RATE


class Tries:
    """Wrong tokens of each address, and how long it has to wait until the next."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds until this address may try again; 0: now."""
        _, until = self._wrong.get(peer_of(address), (0, 0.0))
        return max(0.0, until - self._clock())

    def note(self, address: str, *, right: bool) -> None:
        """What came of a try."""
        peer = peer_of(address)
        count, _ = self._wrong.pop(peer, (0, 0.0))
        if right:
            return
        count += 1
        beyond = count - FREE_TRIES
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(beyond, 30)) if beyond >= 0 else 0.0
        self._wrong[peer] = (count, self._clock() + pause)
        _forget(self._wrong)


def peer_of(address: str) -> str:
    """Whom an address stands for: of IPv6, one has a whole /64 to choose from."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False).network_address)


def _forget(
    known: OrderedDict[str, tuple[float, float]] | OrderedDict[str, tuple[int, float]],
) -> None:
    while len(known) > REMEMBERED:
        known.popitem(last=False)
