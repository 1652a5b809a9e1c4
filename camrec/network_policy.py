"""Limits cameras to the networks in the settings, after their names were resolved."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Sequence
from http.client import HTTPException

from camrec.camera_address import CameraAddress
from camrec.errors import AccessError, CameraError

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
# As getaddrinfo returns it: host and port first, for IPv6 two numbers more.
SocketAddress = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]


class CrossHostRedirect(HTTPException):
    """A camera's redirect names another host."""

    def __init__(self, host: str) -> None:
        super().__init__()
        self.host = host


class RedirectLoop(HTTPException):
    """A camera's redirects go in a circle, or never end."""


class NetworkPolicy:
    """Checks the addresses of cameras, and connects to them.

    Parameters
    ----------
    networks
        Where cameras may be, in CIDR form. Empty: anywhere. Unspecified, multicast and broadcast
        addresses are never allowed.
    """

    def __init__(self, networks: Sequence[str] = ()) -> None:
        self._networks = [ipaddress.ip_network(each, strict=False) for each in networks]

    @property
    def limited(self) -> bool:
        """Whether the settings name networks."""
        return bool(self._networks)

    @property
    def own_connections_only(self) -> bool:
        """Whether camrec must make all connections, and no proxy may."""
        return self.limited

    def prepare_tls_context(self, context: ssl.SSLContext) -> ssl.SSLContext:
        """Prepare a context for connections to a camera; returns the context to use."""
        return context

    def check(self, source: CameraAddress) -> None:
        """Check a camera's address.

        Raises AccessError (``address_not_allowed``), CameraError (``camera_unknown_host``).
        """
        try:
            self._check_host(source.host, source.port)
        except (socket.gaierror, UnicodeError):
            raise CameraError("camera_unknown_host", host=source.host, port=source.port) from None

    def connect(
        self, where: tuple[str, int], timeout: float | None = None, *_: object
    ) -> socket.socket:
        """As ``socket.create_connection``, but to an IP address that was checked.

        where : (host, port).
        timeout : seconds; None: wait forever.

        Raises OSError, AccessError.
        """
        host, port = where
        error: OSError = socket.gaierror(f"{host} has no address")
        for family, address in self._resolve(host, port):
            connection = socket.socket(family, socket.SOCK_STREAM)
            try:
                connection.settimeout(timeout)
                connection.connect(address)
                return connection
            except OSError as failed:
                connection.close()
                error = failed
        raise error

    def _check_host(self, host: str, port: int) -> None:
        literal = _parse_ip(host)
        if literal is not None:
            self._check_address(host, literal)
        elif self.limited:
            self._resolve(host, port)

    def _resolve(self, host: str, port: int) -> list[tuple[socket.AddressFamily, SocketAddress]]:
        """(family, address) of a host, all of them checked."""
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        found: list[tuple[socket.AddressFamily, SocketAddress]] = [
            (family, address) for family, _, _, _, address in answers
        ]
        for _, address in found:
            self._check_address(host, _parse_ip(str(address[0])))
        return found

    def _check_address(self, host: str, address: IpAddress | None) -> None:
        if address is None:
            raise AccessError("address_not_allowed", host=host)
        is_no_host = address.is_unspecified or address.is_multicast
        is_no_host = is_no_host or address == ipaddress.IPv4Address("255.255.255.255")
        if is_no_host or (self.limited and not any(address in each for each in self._networks)):
            raise AccessError("address_not_allowed", host=host)


def _parse_ip(host: str) -> IpAddress | None:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
