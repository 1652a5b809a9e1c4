"""Checks that the peer at an RTSPS address speaks TLS, before MediaMTX gets the address.

MediaMTX waits forever for a peer that accepts the connection but never starts TLS, and adds and
removes no paths meanwhile. So it must not get such an address.
"""

from __future__ import annotations

import ssl

from camrec.camera_address import CameraAddress
from camrec.errors import CameraError
from camrec.network_policy import NetworkPolicy


def check_tls_handshake(source: CameraAddress, policy: NetworkPolicy, seconds: float = 5.0) -> None:
    """Try a TLS handshake. Only silence is an error: MediaMTX reports other errors better.

    Parameters
    ----------
    policy
        The networks in which a camera may be.
    seconds
        How long to wait for the connection and for each message.

    Raises
    ------
    CameraError
        ``camera_no_answer``: the peer is silent.
    AccessError
        ``address_not_allowed``.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with policy.connect((source.host, source.port), seconds) as connection:
            context.wrap_socket(connection, server_hostname=source.host).close()
    except TimeoutError:
        raise CameraError("camera_no_answer", host=source.host, port=source.port) from None
    except (OSError, UnicodeError, ValueError):
        return
