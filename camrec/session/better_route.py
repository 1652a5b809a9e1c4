"""Whether another way to an RTSP camera would bring more of what it sends."""

from __future__ import annotations

from typing import Literal, Protocol

from camrec.proxies import PacketFault
from camrec.session.routes import CameraRoute

# Reports, one a second, after which it is no chance: of a camera that is live more are waited for,
# and lately, since to call it anew costs some frames.
MIN_REPORTS_OPENING, MIN_REPORTS_LIVE = 2, 3
REPORT_WINDOW_NS = 10 * 10**9

# How it goes: not one frame came (or none does any longer), frames come but none could be decoded
# yet, all is well.
Phase = Literal["silent", "opening", "live"]


class Dropped(Protocol):
    """What the proxy dropped of one camera."""

    def count(self, path: str, fault: PacketFault, since_ns: int = 0) -> int: ...


def better_route(
    dropped: Dropped, path: str, route: CameraRoute, phase: Phase, since_ns: int, now_ns: int
) -> CameraRoute | None:
    """The one that is better than `route`, by what was dropped since a monotonic time; None where
    that would be no other way.
    """

    since = max(since_ns, now_ns - REPORT_WINDOW_NS)

    def count(fault: PacketFault) -> int:
        return dropped.count(path, fault, since)

    if route not in (CameraRoute.DIRECT, CameraRoute.RELAY):
        return None
    wanted = MIN_REPORTS_LIVE if phase == "live" else 1
    # By the relay MediaMTX does not look into M-JPEG. A kind that it does not know may be reported
    # as broken.
    if (
        route is CameraRoute.DIRECT
        and count(PacketFault.JPEG_KIND) + count(PacketFault.JPEG_BROKEN) >= wanted
    ):
        return CameraRoute.RELAY
    if count(PacketFault.TOO_LARGE) or (phase == "silent" and count(PacketFault.PAYLOAD_TYPE)):
        return CameraRoute.UNREAD
    # A live camera may just lose packets: then no other way brings them.
    is_odd = phase != "live" or count(PacketFault.ODD_NUMBERS) >= MIN_REPORTS_OPENING
    if is_odd and count(PacketFault.NUMBER) >= MIN_REPORTS_OPENING:
        return CameraRoute.UNREAD
    wanted = MIN_REPORTS_LIVE if phase == "live" else MIN_REPORTS_OPENING
    return CameraRoute.UNREAD if count(PacketFault.MALFORMED) >= wanted else None
