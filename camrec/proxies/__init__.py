"""MediaMTX and go2rtc, and the way from an MJPEG camera to go2rtc."""

from camrec.mjpeg_relay.relay import Relay
from camrec.mjpeg_relay.stream_inspection import look
from camrec.proxies.go2rtc import Go2rtc
from camrec.proxies.mediamtx import MediaMTX
from camrec.proxies.proxy import Proxy
from camrec.proxies.tls_check import answers_tls

__all__ = ["Go2rtc", "MediaMTX", "Proxy", "Relay", "answers_tls", "look"]
