"""Where a camera may be: the networks of the settings, looked at after a name was resolved."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Sequence
from http.client import HTTPException

from camrec.camera_address import CameraAddress
from camrec.errors import AccessError, CameraError

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class CrossHostRedirect(HTTPException):
    """A camera's redirect names another host."""

    def __init__(self, host: str) -> None:
        super().__init__()
        self.host = host


class RedirectLoop(HTTPException):
    """A camera's redirects lead back to where they came from, or nowhere."""


class NetworkPolicy:
    """networks : in CIDR form; none: anywhere but where no single camera can be."""

    def __init__(self, networks: Sequence[str] = ()) -> None:
        self._networks = [ipaddress.ip_network(each, strict=False) for each in networks]

    @property
    def limited(self) -> bool:
        return bool(self._networks)

    @property
    def own_connections_only(self) -> bool:
        """Whether each connection has to be made here, and none by a proxy."""
        return self.limited

    def prepare_tls_context(self, context: ssl.SSLContext) -> ssl.SSLContext:
        """`context` as connections to the camera use it."""
        return context

    def check(self, source: CameraAddress) -> None:
        """Raises AccessError (``address_not_allowed``), CameraError (``camera_unknown_host``)."""
        try:
            self._check_host(source.host, source.port)
        except (socket.gaierror, UnicodeError):
            raise CameraError("camera_unknown_host", host=source.host, port=source.port) from None

    def connect(
        self, where: tuple[str, int], timeout: float | None = None, *_: object
    ) -> socket.socket:
        """As ``socket.create_connection``, to the very address that was looked at.

        Raises
        ------
        OSError, AccessError
        """
        host, port = where
        error: OSError = socket.gaierror(f"{host} has no address")
        for family, _, _, _, address in self._resolve(host, port):
            line = socket.socket(family, socket.SOCK_STREAM)
            try:
                line.settimeout(timeout)
                line.connect(address)
                return line
            except OSError as failed:
                line.close()
                error = failed
        raise error

    def _check_host(self, host: str, port: int) -> None:
        literal = _parse_ip(host)
        if literal is not None:
            self._check_address(host, literal)
        elif self.limited:
            self._resolve(host, port)

    def _resolve(self, host: str, port: int) -> list[tuple]:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for *_, address in found:
            self._check_address(host, _parse_ip(address[0]))
        return found

    def _check_address(self, host: str, address: IpAddress | None) -> None:
        if address is None:
            raise AccessError("address_not_allowed", host=host)
        nobody = address.is_unspecified or address.is_multicast
        nobody = nobody or address == ipaddress.IPv4Address("255.255.255.255")
        if nobody or (self.limited and not any(address in each for each in self._networks)):
            raise AccessError("address_not_allowed", host=host)


def _parse_ip(host: str) -> IpAddress | None:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
