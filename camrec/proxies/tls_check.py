"""A short look at an RTSPS address, before MediaMTX gets it.

MediaMTX waits for ever for a peer that takes the connection and says nothing of TLS, and while it
waits it adds and removes no path at all: such an address must not get to it.
"""

from __future__ import annotations

import ssl

from camrec.camera_address import CameraAddress
from camrec.errors import CameraError
from camrec.network_policy import NetworkPolicy


def check_tls_handshake(source: CameraAddress, reach: NetworkPolicy, seconds: float = 5.0) -> None:
    """Whatever it answers will do: what is wrong with it MediaMTX tells better.

    Raises
    ------
    CameraError
        ``camera_no_answer``: it is silent.
    AccessError
        ``address_not_allowed``.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with reach.connect((source.host, source.port), seconds) as line:
            context.wrap_socket(line, server_hostname=source.host).close()
    except TimeoutError:
        raise CameraError("camera_no_answer", host=source.host, port=source.port) from None
    except (OSError, UnicodeError, ValueError):
        return
