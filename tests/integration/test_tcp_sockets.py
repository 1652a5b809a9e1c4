"""Sockets that another thread interrupts, and addresses that no other program may use."""

from __future__ import annotations

import select
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from camrec import tcp_sockets
from camrec.ports import find_free_ports, port_error
from camrec.tcp_sockets import bind_loopback, interrupt_socket, make_exclusive, reserve_address

pytestmark = pytest.mark.spread

on_windows = pytest.mark.skipif(sys.platform != "win32", reason="an option of Windows' sockets")


@pytest.fixture
def silent_peer() -> Iterator[socket.socket]:
    """A connection to a peer that neither sends nor reads nor hangs up."""
    with bind_loopback() as listener:
        listener.listen()
        connection = socket.create_connection(listener.getsockname(), 20)
        with connection, listener.accept()[0]:
            yield connection


def read(connection: socket.socket) -> bytes:
    return connection.recv(10)


def read_a_file(connection: socket.socket) -> bytes:
    """As `http.client` and the WebSocket client do."""
    return connection.makefile("rb").read(10)


def read_without_a_timeout(connection: socket.socket) -> bytes:
    connection.settimeout(None)
    return connection.recv(10)


def select_forever(connection: socket.socket) -> bytes:
    """As the RTSP relay does."""
    return connection.recv(10) if select.select([connection], [], [])[0] else b""


def write(connection: socket.socket) -> bytes:
    connection.sendall(bytes(50_000_000))
    return b""


class Blocked:
    """A thread in a call that does not return by itself."""

    def __init__(self, call: Callable[[], bytes]) -> None:
        self.outcome: bytes | Exception | None = None
        self._call = call
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.outcome = self._call()
        except (OSError, ValueError) as error:
            self.outcome = error

    def join(self) -> bytes | Exception | None:
        self._thread.join(10)
        assert not self._thread.is_alive(), "still blocked"
        return self.outcome


@pytest.mark.parametrize("call", [read, read_a_file, read_without_a_timeout, select_forever, write])
def test_an_interrupted_socket_ends_the_call_of_another_thread(silent_peer, call):
    blocked = Blocked(lambda: call(silent_peer))
    blocked._thread.join(0.2)  # most probably it waits by then; if not, it must end all the same
    interrupt_socket(silent_peer)
    interrupt_socket(silent_peer)
    outcome = blocked.join()
    assert outcome == b"" or isinstance(outcome, OSError)
    assert not isinstance(outcome, TimeoutError)
    silent_peer.close()
    interrupt_socket(silent_peer)


def test_an_interrupted_tls_handshake_and_read_end(silent_peer):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    wrapped = context.wrap_socket(silent_peer, do_handshake_on_connect=False)
    blocked = Blocked(lambda: wrapped.do_handshake() or b"")
    blocked._thread.join(0.2)
    interrupt_socket(wrapped)
    assert isinstance(blocked.join(), (OSError, ValueError))
    wrapped.close()


def test_an_interrupted_socket_is_closed_by_its_owner_only(silent_peer):
    """On POSIX its number could otherwise be another file's by the time a thread reads from it."""
    number = silent_peer.fileno()
    interrupt_socket(silent_peer)
    assert silent_peer.fileno() == (-1 if sys.platform == "win32" else number)


def test_closing_the_handle_closes_no_other_file_that_got_its_number(silent_peer):
    """What Windows needs, tried on every system: whoever comes second finds no number."""
    number = silent_peer.fileno()
    tcp_sockets._close_handle(silent_peer)
    with socket.socket() as other:
        if sys.platform != "win32":
            assert other.fileno() == number
        tcp_sockets._close_handle(silent_peer)
        silent_peer.close()
        other.bind(("127.0.0.1", 0))
        assert other.getsockname()[1]


class RecordedListener:
    """In place of a socket: the option exists on Windows only."""

    def __init__(self) -> None:
        self.options: list[tuple[int, int, int]] = []

    def setsockopt(self, *option: int) -> None:
        self.options.append(option)


@pytest.mark.parametrize(
    ("platform", "options"), [("win32", [(socket.SOL_SOCKET, -5, 1)]), ("linux", [])]
)
def test_a_listener_asks_for_its_address_alone_on_windows(platform, options):
    listener = RecordedListener()
    reserve_address(listener, platform)
    assert listener.options == options


@on_windows
def test_another_program_cannot_listen_on_a_listener_s_address():
    with bind_loopback() as plain, socket.socket() as other:
        plain.listen()
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError):
            other.bind(plain.getsockname())


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_listener_of_a_library_is_replaced_at_the_same_address(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.create_server((host, 0), family=family)
    address = bound.getsockname()
    listener = make_exclusive(bound)
    with listener:
        assert listener.getsockname() == address
        with socket.create_connection(address[:2], 5):
            listener.setblocking(True)
            listener.accept()[0].close()


def test_a_port_that_the_system_gives_to_nobody_is_another_error_than_a_taken_one(monkeypatch):
    """Which ports these are differs: below 1024, or reserved by Windows. So binding is replaced."""
    with bind_loopback() as taken:
        taken.listen()
        port = taken.getsockname()[1]
        error = port_error(port, "port")
        assert error.code == "port_taken" and str(port) in str(error)
    (free,) = find_free_ports(1)

    def forbidden(port: int) -> socket.socket:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("camrec.ports.bind_loopback", forbidden)
    error = port_error(free, "mediamtx_port")
    assert error.code == "port_forbidden" and "mediamtx_port" in str(error)
    assert str(free) in error.text("fr")


def test_no_module_shuts_a_socket_down_without_the_helper():
    """`shutdown` alone wakes no thread on Windows."""
    package = Path(tcp_sockets.__file__).parent
    # The startup page has a Unix socket, and Windows has none.
    known = {package / "tcp_sockets.py", package / "cli" / "startup_page.py"}
    found = {each for each in package.rglob("*.py") if "SHUT_RDWR" in each.read_text("utf-8")}
    assert found == known
