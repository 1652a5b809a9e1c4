"""Limits requests and failed logins for each client address, in bounded memory."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable

from camrec.clock import monotonic_s

MAX_TRACKED_ADDRESSES = 1024  # the address that was silent for longest is dropped first
MAX_REQUESTS_PER_SECOND = 200.0  # of one address, over a long time
MAX_BURST_REQUESTS = 1000.0  # of one address, at once
FREE_LOGIN_ATTEMPTS = 5  # wrong tokens before the first pause
FIRST_LOGIN_PAUSE_S = 1.0  # each further wrong token doubles it
MAX_LOGIN_PAUSE_S = 60.0


class RateLimiter:
    """A token bucket for each address.

    A bucket has `MAX_BURST_REQUESTS` tokens at most, and gets `MAX_REQUESTS_PER_SECOND` new ones.
    """

    def __init__(self, clock: Callable[[], float] = monotonic_s) -> None:
        self._clock = clock
        self._tokens: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def count_request(self, address: str) -> float:
        """Count a request; return 0 if it is allowed, otherwise the seconds until one will be."""
        peer, now = peer_key(address), self._clock()
        tokens, since = self._tokens.pop(peer, (MAX_BURST_REQUESTS, now))
        tokens = min(MAX_BURST_REQUESTS, tokens + (now - since) * MAX_REQUESTS_PER_SECOND)
        is_allowed = tokens >= 1
        self._tokens[peer] = (tokens - 1 if is_allowed else tokens, now)
        _drop_oldest(self._tokens)
        return 0.0 if is_allowed else (1 - tokens) / MAX_REQUESTS_PER_SECOND


class FailedLogins:
    """Counts the wrong tokens of each address. After each one the address must wait longer."""

    def __init__(self, clock: Callable[[], float] = monotonic_s) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def seconds_until_allowed(self, address: str) -> float:
        """Return the seconds until this address may try again; 0 if it may now."""
        _, until = self._failures.get(peer_key(address), (0, 0.0))
        return max(0.0, until - self._clock())

    def record(self, address: str, *, is_right: bool) -> None:
        """Record whether a token was right. A right one clears the failures."""
        peer = peer_key(address)
        count, _ = self._failures.pop(peer, (0, 0.0))
        if is_right:
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
    """Return what identifies a client: an IPv4 address or an IPv6 /64 network.

    One client can use all addresses of such a network.
    """
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
