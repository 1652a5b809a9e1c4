"""Finds free local TCP ports, and the program that uses a taken one."""

from __future__ import annotations

import errno
from contextlib import ExitStack

import psutil

from camrec.errors import ServiceError
from camrec.tcp_sockets import bind_loopback


def find_free_ports(count: int) -> list[int]:
    """Return `count` different ports of 127.0.0.1 on which no program listens at this moment."""
    with ExitStack() as stack:
        ports = []
        for _ in range(count):
            listener = stack.enter_context(bind_loopback())
            ports.append(listener.getsockname()[1])
        return ports


def port_error(port: int, setting: str) -> ServiceError:
    """Return the error for a port on which camrec, or one of its programs, could not listen.

    ``port_forbidden``: the system gives the port to nobody, or not to this user. Otherwise
    ``port_taken``. `setting` is the setting that changes the port.
    """
    owner = describe_port_owner(port)
    if not owner and _is_forbidden(port):
        return ServiceError("port_forbidden", port=port, setting=setting)
    return ServiceError("port_taken", port=port, setting=setting, holder=owner)


def describe_port_owner(port: int) -> str:
    """Return `` (vlc, pid 123)`` for the program that listens on `port`; empty if unknown."""
    try:
        for connection in psutil.net_connections(kind="tcp"):
            if connection.pid and _is_listening_on(connection.status, connection.laddr, port):
                return f" ({psutil.Process(connection.pid).name()}, pid {connection.pid})"
    except (psutil.Error, OSError):
        pass
    return ""


def is_listening(pid: int, port: int) -> bool:
    """Whether the process `pid` listens on `port`; True if the system does not say."""
    try:
        return any(
            _is_listening_on(each.status, each.laddr, port)
            for each in psutil.Process(pid).net_connections(kind="tcp")
        )
    except psutil.NoSuchProcess:
        return False
    except (psutil.Error, OSError):
        return True


def _is_forbidden(port: int) -> bool:
    # POSIX: a port below 1024. Windows (WSAEACCES): a port that Hyper-V, for example, has reserved.
    try:
        bind_loopback(port).close()
    except OSError as error:
        return error.errno == errno.EACCES
    return False


def _is_listening_on(status: str, local_address: tuple[object, ...], port: int) -> bool:
    return status == psutil.CONN_LISTEN and local_address[1:2] == (port,)
