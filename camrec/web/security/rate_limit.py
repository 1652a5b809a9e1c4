"""How often one address may ask, and how often it may be wrong; both in bounded memory."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

MAX_TRACKED_ADDRESSES = 1024  # addresses; the one that was quiet for the longest is forgotten first
MAX_REQUESTS_PER_SECOND = 200.0  # requests a second that one address may keep up
MAX_BURST_REQUESTS = 1000.0  # requests that it may make at once
FREE_LOGIN_ATTEMPTS = 5  # wrong tokens before the first pause
FIRST_LOGIN_PAUSE_S = 1.0  # seconds; each further wrong token doubles it
MAX_LOGIN_PAUSE_S = 60.0


class RateLimiter:
    """A bucket of requests for each address: it fills at `MAX_REQUESTS_PER_SECOND` and holds
    `MAX_BURST_REQUESTS`.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tokens: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Take one request; seconds until there is one where there is none, else 0."""
        peer, now = peer_key(address), self._clock()
        left, since = self._tokens.pop(peer, (MAX_BURST_REQUESTS, now))
        left = min(MAX_BURST_REQUESTS, left + (now - since) * MAX_REQUESTS_PER_SECOND)
        taken = left >= 1
        self._tokens[peer] = (left - 1 if taken else left, now)
        _drop_oldest(self._tokens)
        return 0.0 if taken else (1 - left) / MAX_REQUESTS_PER_SECOND


class FailedLogins:
    """Wrong tokens of each address, and how long it has to wait until the next."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds until this address may try again; 0: now."""
        _, until = self._failures.get(peer_key(address), (0, 0.0))
        return max(0.0, until - self._clock())

    def note(self, address: str, *, right: bool) -> None:
        """What came of a try."""
        peer = peer_key(address)
        count, _ = self._failures.pop(peer, (0, 0.0))
        if right:
            return
        count += 1
        beyond = count - FREE_LOGIN_ATTEMPTS
        pause = (
            min(MAX_LOGIN_PAUSE_S, FIRST_LOGIN_PAUSE_S * 2 ** min(beyond, 30))
            if beyond >= 0
            else 0.0
        )
        self._failures[peer] = (count, self._clock() + pause)
        _drop_oldest(self._failures)


def peer_key(address: str) -> str:
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


def _drop_oldest(
    known: OrderedDict[str, tuple[float, float]] | OrderedDict[str, tuple[int, float]],
) -> None:
    while len(known) > MAX_TRACKED_ADDRESSES:
        known.popitem(last=False)
