"""MediaMTX and go2rtc: the only programs that ever connect to a camera."""

from camrec.proxies.go2rtc import Go2rtc
from camrec.proxies.mediamtx import MediaMTX
from camrec.proxies.proxy import Proxy
from camrec.proxies.tls_check import check_tls_handshake

__all__ = ["Go2rtc", "MediaMTX", "Proxy", "check_tls_handshake"]
