"""MediaMTX and go2rtc: the only programs that ever connect to a camera."""

from camrec.proxies.go2rtc import Go2rtc
from camrec.proxies.handshake import answers_tls
from camrec.proxies.look import Way, look
from camrec.proxies.mediamtx import MediaMTX
from camrec.proxies.proxy import Proxy
from camrec.proxies.relay import Relay

__all__ = ["Go2rtc", "MediaMTX", "Proxy", "Relay", "Way", "answers_tls", "look"]
