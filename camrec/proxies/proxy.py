"""What MediaMTX and go2rtc have in common: a supervised child and the paths it is to serve."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import secrets
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from camrec import durable_files
from camrec.camera_address import Source
from camrec.camera_errors import hide
from camrec.errors import InputError, ServiceError, reason_of
from camrec.ports import free_ports, holder, listens
from camrec.process import Child, Lease, ProcessState, Supervisor
from camrec.process.stop_sequence import Rung
from camrec.proxies.http_api import Api, Silent

log = logging.getLogger(__name__)

PAUSES = (0.25, 5.0)  # seconds, shortest and longest: recordings wait for it

_BIND = re.compile(r"listen tcp \S*:(\d+): bind: ")


class Proxy(ABC):
    """One proxy: started when first needed, kept ready, its paths added again after each start.

    Parameters
    ----------
    binary
        Finds the program (and may fetch it): called in the thread that asks for the proxy.
    folder
        Where its configuration is written.
    port
        Its local RTSP port; 0 takes a free one.
    """

    name: str
    setting: str
    file: tuple[str, str]

    def __init__(self, binary: Callable[[], Path], folder: Path, port: int) -> None:
        self.port = port
        self.version = ""
        self._configured = port
        self._binary = binary
        self._folder = folder
        self._program = Path()
        self._api = Api(0, "")
        self._lease: Lease | None = None
        self._taken: int | None = None
        self._lock = threading.Lock()
        self._wanted: dict[str, Source] = {}
        self._accepts = False
        self._supervisor = Supervisor(self.name, self._make, self._ready, pauses=PAUSES)
        self.machine = self._supervisor.machine
        # Emitted at each start, the first too, when all paths have been added.
        self.became_ready = self._supervisor.became_ready

    @property
    def state(self) -> ProcessState:
        return self.machine.state

    @property
    def pid(self) -> int | None:
        child = self._supervisor.child
        return child.pid if child else None

    def ensure_ready(self, timeout: float = 20.0) -> None:
        """Wait until it runs and answers, starting it if need be.

        Raises
        ------
        ServiceError
            ``port_taken``, ``folder_unwritable``, ``binary_missing``, ``proxy_failed``.
        """
        if self.state is not ProcessState.READY:
            self._program = self._binary()
        self._supervisor.ensure_ready(timeout)

    def add(self, path: str, source: Source) -> None:
        """Serve `source` as `path`, now or as soon as it is ready, until `remove`.

        Raises
        ------
        InputError
            ``address_refused``: the proxy does not take this address.
        """
        with self._lock:
            self._wanted[path] = source
            if self._accepts:
                try:
                    self._push(path, source)
                except InputError:
                    del self._wanted[path]
                    raise
                except ConnectionError as error:
                    self._start_anew(error)

    def remove(self, path: str) -> None:
        """Serve `path` no longer; one that is unknown is no error."""
        with self._lock:
            if self._wanted.pop(path, None) is not None and self._accepts:
                try:
                    self._drop(path)
                except ConnectionError as error:
                    self._start_anew(error)

    def local_url(self, path: str) -> str:
        return f"rtsp://127.0.0.1:{self.port}/{path}"

    def stop(self) -> None:
        """End it and forget its paths."""
        pid = self.pid
        self._supervisor.stop()
        with self._lock:
            self._accepts = False
            self._wanted.clear()
        if self._lease is not None:
            self._lease.release()
            self._lease = None
            log.info("%s stopped (pid %s)", self.name, pid)

    def _start_anew(self, error: ConnectionError) -> None:
        """It is gone and comes back with its paths; one that only hangs has to go first."""
        child = self._supervisor.child
        if isinstance(error, Silent) and child is not None:
            log.warning("%s does not answer any more: it is started anew", self.name)
            child.ask(Rung.KILL)
        else:
            log.debug("%s is gone; its paths are added when it is back", self.name)

    # What each of the two does in its own way.

    @abstractmethod
    def _settings(self, api_port: int, password: str) -> dict[str, Any]:
        """What stands in its configuration file."""

    @abstractmethod
    def _argv(self, config: Path) -> list[str]: ...

    @abstractmethod
    def _env(self) -> dict[str, str]: ...

    @abstractmethod
    def _ask_version(self, config: Path) -> str | None:
        """Its version, told through its API; None while it is not our own that answers."""

    @abstractmethod
    def _push(self, path: str, source: Source) -> None:
        """Add or replace a path. Raises InputError (refused), ConnectionError (gone)."""

    @abstractmethod
    def _drop(self, path: str) -> None:
        """Take a path away. Raises ConnectionError (gone)."""

    @abstractmethod
    def _hear(self, line: str) -> None:
        """A line of its log."""

    # What the supervisor asks.

    def _make(self) -> Child:
        with self._lock:
            self._accepts = False
        if self.port == 0 or (self._configured == 0 and self._taken == self.port):
            (self.port,) = free_ports(1)
        self._taken = None
        api_port = next(port for port in free_ports(2) if port != self.port)
        self._api = Api(api_port, secrets.token_urlsafe(24))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if self._lease is None:
                self._lease = Lease.take(self._folder, *self.file)
            _write(self._lease.path, self._settings(api_port, self._api.password))
        except OSError as error:
            raise ServiceError(
                "folder_unwritable", folder=self._folder, reason=reason_of(error)
            ) from None
        return Child(
            self.name,
            [self._program, *self._argv(self._lease.path)],
            on_line=self._on_line,
            cwd=self._folder,
            env=self._env(),
        )

    def _ready(self, child: Child) -> bool:
        lease, pid = self._lease, child.pid
        assert lease is not None and pid is not None
        lease.remember(self.name, pid)
        if self._taken is not None:
            if self._taken == self._configured:
                raise ServiceError(
                    "port_taken",
                    port=self._taken,
                    setting=self.setting,
                    holder=holder(self._taken),
                )
            # One that we chose ourselves was taken meanwhile: the next start chooses others.
            child.kill()
            return False
        try:
            # Nobody else gets to see the password, nor the addresses.
            if not (listens(pid, self._api.port) and listens(pid, self.port)):
                return False
            version = self._ask_version(lease.path)
            if version is None:
                return False
            self._add_all()
        except ConnectionError:
            return False
        self.version = version
        log.info("%s %s ready on port %d (pid %d)", self.name, version, self.port, pid)
        return True

    def _add_all(self) -> None:
        with self._lock:
            for path, source in self._wanted.items():
                try:
                    self._push(path, source)
                except InputError as error:
                    log.error("%s", error)
            self._accepts = True

    def _on_line(self, line: str) -> None:
        if found := _BIND.search(line):
            self._taken = int(found[1])
        self._hear(line)

    def _hidden(self, text: str) -> str:
        known = [source.secrets() for source in list(self._wanted.values())]
        return hide(text, frozenset().union(*known))

    def _refused(self, source: Source, answer: str) -> InputError:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            answer = str(json.loads(answer)["error"])
        reason = hide(" ".join(answer.split()), source.secrets())
        return InputError("address_refused", proxy=self.name, reason=reason)


def directly() -> dict[str, str]:
    """The environment without the proxies that it names: a camera is spoken to directly."""
    proxies = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy")
    return {key: value for key, value in os.environ.items() if key.lower() not in proxies}


def _write(path: Path, settings: dict[str, Any]) -> None:
    """A file that only we can read, whole or not at all."""
    text = "# Written by camrec at each start.\n" + yaml.safe_dump(settings, sort_keys=False)
    fresh = path.with_name(f".{path.name}.new")
    with durable_files.private(fresh) as file:
        file.write(text)
    fresh.replace(path)
