"""Local TCP ports: free ones, and who holds a taken one."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import psutil


def find_free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listened on a moment ago, all different."""
    with ExitStack() as stack:
        ports = []
        for _ in range(count):
            listener = stack.enter_context(socket.socket())
            listener.bind(("127.0.0.1", 0))
            ports.append(listener.getsockname()[1])
        return ports


def describe_port_owner(port: int) -> str:
    """`` (vlc, pid 123)`` of the program that listens on `port`; empty where it cannot be known."""
    try:
        for connection in psutil.net_connections(kind="tcp"):
            if connection.pid and _is_listening_on(connection, port):
                return f" ({psutil.Process(connection.pid).name()}, pid {connection.pid})"
    except (psutil.Error, OSError):
        pass
    return ""


def is_listening(pid: int, port: int) -> bool:
    """Whether this very process listens on `port`; True where the system does not let us look."""
    try:
        return any(
            _is_listening_on(each, port) for each in psutil.Process(pid).net_connections(kind="tcp")
        )
    except psutil.NoSuchProcess:
        return False
    except (psutil.Error, OSError):
        return True


def _is_listening_on(connection: object, port: int) -> bool:
    return connection.status == psutil.CONN_LISTEN and connection.laddr.port == port  # type: ignore[attr-defined]
