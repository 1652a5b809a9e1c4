"""A real D-Bus of a test's own, and services on it that stand in for a desktop or for systemd.

This machine may have no desktop, and may not have been started by systemd. The bus, and the
programs and libraries that call the services, are real.
"""

from __future__ import annotations

import os
import select
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jeepney import MessageType, message_bus, new_method_return
from jeepney.io.blocking import Proxy, open_dbus_connection

from support.cameras.provision import apt

CONFIGURATION = """<busconfig>
<type>session</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/><allow user="*"/></policy>
</busconfig>"""
COOKIE = 7


@contextmanager
def private_bus(folder: Path) -> Iterator[str]:
    """Run a bus, and return its address."""
    program = apt("dbus-daemon", program="dbus-daemon")
    file = folder / "bus.conf"
    file.write_text(CONFIGURATION.format(socket=folder / "bus"))
    with subprocess.Popen(
        [program, f"--config-file={file}", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as daemon:
        try:
            assert daemon.stdout is not None
            yield daemon.stdout.readline().strip()
        finally:
            daemon.terminate()


class BusService:
    """Owns a name on a bus, and answers the calls of its subclass's methods.

    calls : the name and the arguments of each call.
    """

    name = ""

    def __init__(self, address: str) -> None:
        self.calls: list[tuple[str, tuple]] = []
        self._connection = open_dbus_connection(address, enable_fds=True)
        Proxy(message_bus, self._connection).RequestName(self.name)
        self._ending = False
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        self._ending = True
        self._thread.join()
        self._connection.close()

    def _serve(self) -> None:
        while not self._ending:
            try:
                message = self._connection.receive(timeout=0.1)
            except TimeoutError:
                continue
            if message.header.message_type is MessageType.method_call:
                method = message.header.fields[3]
                self.calls.append((method, message.body))
                self._answer(message, method)

    def _answer(self, message, method: str) -> None:
        raise NotImplementedError


class MadeGnome(BusService):
    """Stands in for GNOME's session manager."""

    name = "org.gnome.SessionManager"

    def _answer(self, message, method: str) -> None:
        reply = ("u", (COOKIE,)) if method == "Inhibit" else ("", ())
        self._connection.send(new_method_return(message, *reply))


class MadeLogind(BusService):
    """Stands in for systemd-logind, which returns a lock as a file descriptor."""

    name = "org.freedesktop.login1"

    def __init__(self, address: str) -> None:
        self._held: list[int] = []
        super().__init__(address)

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        for each in self._held:
            os.close(each)

    @property
    def is_held(self) -> bool:
        """Whether the holder of the lock still has it open."""
        return bool(self._held) and not select.select(self._held, [], [], 0)[0]

    def _answer(self, message, method: str) -> None:
        ours, theirs = os.pipe()
        self._held.append(ours)
        with open(theirs, "wb") as lock:
            self._connection.send(new_method_return(message, "h", (lock,)))
