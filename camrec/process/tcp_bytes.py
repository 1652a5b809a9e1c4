"""Counts the bytes that another process has received over TCP; Linux only."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import struct
import sys
from collections.abc import Iterator

# Linux's sock_diag (linux/inet_diag.h, linux/tcp.h): the source of what `ss -ti` shows.
_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_REQUEST_DUMP_FLAGS = 0x301
_NLMSG_DONE, _NLMSG_ERROR = 3, 2
_INET_DIAG_INFO = 2  # INET_DIAG_INFO
_TCP_ESTABLISHED_MASK = 1 << 1
_NETLINK_HEADER_STRUCT = struct.Struct("=IHHII")
_DIAG_REQUEST_STRUCT = struct.Struct("=BBBBIHH44s")  # the two ports in network order
_SOCKET_ID_STRUCT = struct.Struct(">HH16s16s")  # ports and addresses of a connection
_DIAG_MESSAGE_BYTES = 72
_INODE_OFFSET_BYTES = 68
_RECEIVED_COUNT_OFFSET_BYTES = 128  # tcpi_bytes_received in struct tcp_info
_MAX_REPLY_BYTES = 1 << 16
_NETLINK_TIMEOUT_S = 1.0


def count_received_bytes(pid: int, host: str, port: int) -> int | None:
    """Return the bytes that `pid` received over its connections to `host` and `port`.

    None if the system does not report them.
    """
    if sys.platform != "linux":
        return None
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = {ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found}
        own = _socket_inodes(pid)
        return sum(
            received
            for family in (socket.AF_INET, socket.AF_INET6)
            for address, inode, received in _iterate_connections(family, port)
            if inode in own and address in addresses
        )
    except (OSError, ValueError, struct.error):
        return None


def _socket_inodes(pid: int) -> set[int]:
    inodes = set()
    for entry in os.scandir(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            target = os.readlink(entry.path)
            if target.startswith("socket:["):
                inodes.add(int(target[8:-1]))
    return inodes


def _iterate_connections(
    family: int, port: int
) -> Iterator[tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int, int]]:
    """Yield (peer, inode, bytes received) of each established connection to `port`."""
    if sys.platform != "linux":
        return
    body = _DIAG_REQUEST_STRUCT.pack(
        family,
        socket.IPPROTO_TCP,
        1 << (_INET_DIAG_INFO - 1),
        0,
        _TCP_ESTABLISHED_MASK,
        0,
        socket.htons(port),
        b"",
    )
    head = _NETLINK_HEADER_STRUCT.pack(
        _NETLINK_HEADER_STRUCT.size + len(body), _SOCK_DIAG_BY_FAMILY, _REQUEST_DUMP_FLAGS, 1, 0
    )
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _NETLINK_SOCK_DIAG) as kernel:
        kernel.settimeout(_NETLINK_TIMEOUT_S)
        kernel.send(head + body)
        while True:
            reply = kernel.recv(_MAX_REPLY_BYTES)
            at = 0
            while at < len(reply):
                length, kind, *_ = _NETLINK_HEADER_STRUCT.unpack_from(reply, at)
                if kind == _NLMSG_DONE:
                    return
                if kind == _NLMSG_ERROR or length < _NETLINK_HEADER_STRUCT.size:
                    raise OSError("the system does not report TCP connections")
                yield _parse_message(family, reply[at + _NETLINK_HEADER_STRUCT.size : at + length])
                at += (length + 3) & ~3


def _parse_message(
    family: int, message: bytes
) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int, int]:
    _, _, _, peer = _SOCKET_ID_STRUCT.unpack_from(message, 4)
    (inode,) = struct.unpack_from("=I", message, _INODE_OFFSET_BYTES)
    received, at = 0, _DIAG_MESSAGE_BYTES
    while at + 4 <= len(message):
        length, kind = struct.unpack_from("=HH", message, at)
        if kind == _INET_DIAG_INFO and length >= 4 + _RECEIVED_COUNT_OFFSET_BYTES + 8:
            (received,) = struct.unpack_from("=Q", message, at + 4 + _RECEIVED_COUNT_OFFSET_BYTES)
        at += max((length + 3) & ~3, 4)
    address = ipaddress.ip_address(peer[:4] if family == socket.AF_INET else peer)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped, inode, received
    return address, inode, received
