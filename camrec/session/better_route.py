"""Decides whether another route to an RTSP camera would deliver more of what it sends."""

from __future__ import annotations

from typing import Literal, Protocol

from camrec.proxies import PacketFault
from camrec.session.routes import CameraRoute

# MediaMTX reports once a second. Fewer reports than this may be chance. For a live camera more are
# required, because a new connection costs some frames. Only recent reports count.
MIN_REPORTS_OPENING, MIN_REPORTS_LIVE = 2, 3
REPORT_WINDOW_NS = 10 * 10**9

# "silent": no frame arrives. "opening": frames arrive, but the camera is not live yet. "live": the
# camera is live.
Phase = Literal["silent", "opening", "live"]


class Dropped(Protocol):
    """Counts the proxy's reports of packets that it dropped."""

    def count(self, path: str, fault: PacketFault, since_ns: int = 0) -> int:
        """How many reports of a fault there are for a path, since a monotonic time (ns)."""


def better_route(
    dropped: Dropped, path: str, route: CameraRoute, phase: Phase, since_ns: int, now_ns: int
) -> CameraRoute | None:
    """A better route than `route`, judged by what the proxy dropped; None if there is none.

    Parameters
    ----------
    since_ns, now_ns
        Reports count from `since_ns` on, but none older than `REPORT_WINDOW_NS`. Monotonic
        nanoseconds.
    """
    since = max(since_ns, now_ns - REPORT_WINDOW_NS)

    def count(fault: PacketFault) -> int:
        return dropped.count(path, fault, since)

    if route not in (CameraRoute.DIRECT, CameraRoute.RELAY):
        return None
    wanted = MIN_REPORTS_LIVE if phase == "live" else 1
    # On the relay's routes MediaMTX does not parse M-JPEG. Both faults count, because MediaMTX may
    # report a kind of JPEG that it does not know as broken.
    if (
        route is CameraRoute.DIRECT
        and count(PacketFault.JPEG_KIND) + count(PacketFault.JPEG_BROKEN) >= wanted
    ):
        return CameraRoute.RELAY
    if count(PacketFault.TOO_LARGE) or (phase == "silent" and count(PacketFault.PAYLOAD_TYPE)):
        return CameraRoute.UNREAD
    # A live camera may simply lose packets, which no route delivers.
    is_odd = phase != "live" or count(PacketFault.ODD_NUMBERS) >= MIN_REPORTS_OPENING
    if is_odd and count(PacketFault.NUMBER) >= MIN_REPORTS_OPENING:
        return CameraRoute.UNREAD
    wanted = MIN_REPORTS_LIVE if phase == "live" else MIN_REPORTS_OPENING
    return CameraRoute.UNREAD if count(PacketFault.MALFORMED) >= wanted else None
