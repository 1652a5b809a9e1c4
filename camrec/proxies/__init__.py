"""MediaMTX and go2rtc: camrec starts them, adds cameras to them, and reads why one fails."""

from camrec.proxies.dropped_packets import DroppedPackets, PacketFault
from camrec.proxies.go2rtc import Go2rtc
from camrec.proxies.mediamtx import MediaMTX
from camrec.proxies.proxy import Proxy
from camrec.proxies.tls_check import check_tls_handshake

__all__ = [
    "DroppedPackets",
    "Go2rtc",
    "MediaMTX",
    "PacketFault",
    "Proxy",
    "check_tls_handshake",
]
