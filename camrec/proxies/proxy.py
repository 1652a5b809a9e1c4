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
from camrec.camera_address import CameraAddress
from camrec.camera_errors import mask_secrets
from camrec.errors import InputError, ServiceError, describe_os_error
from camrec.ports import describe_port_owner, find_free_ports, is_listening
from camrec.process import ChildProcess, PidFile, ProcessState, StopStep, Supervisor
from camrec.proxies.http_api import ApiTimeout, ProxyApi

log = logging.getLogger(__name__)

RESTART_PAUSES_S = (0.25, 5.0)  # seconds, shortest and longest: recordings wait for it

_BIND_ERROR_PATTERN = re.compile(r"listen tcp \S*:(\d+): bind: ")


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
    port_setting: str
    file: tuple[str, str]

    def __init__(self, binary: Callable[[], Path], folder: Path, port: int) -> None:
        self.port = port
        self.version = ""
        self._configured_port = port
        self._find_program = binary
        self._folder = folder
        self._program_path = Path()
        self._api = ProxyApi(0, "")
        self._pid_file: PidFile | None = None
        self._occupied_port: int | None = None
        self._lock = threading.Lock()
        self._sources: dict[str, CameraAddress] = {}
        self._accepts_paths = False
        self._supervisor = Supervisor(
            self.name, self._make_process, self._check_ready, pauses=RESTART_PAUSES_S
        )
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
            self._program_path = self._find_program()
        self._supervisor.ensure_ready(timeout)

    def add(self, path: str, source: CameraAddress) -> None:
        """Serve `source` as `path`, now or as soon as it is ready, until `remove`.

        Raises
        ------
        InputError
            ``address_refused``: the proxy does not take this address.
        """
        with self._lock:
            self._sources[path] = source
            if self._accepts_paths:
                try:
                    self._add_path(path, source)
                except InputError:
                    del self._sources[path]
                    raise
                except ConnectionError as error:
                    self._restart_if_hung(error)

    def remove(self, path: str) -> None:
        """Serve `path` no longer; one that is unknown is no error."""
        with self._lock:
            if self._sources.pop(path, None) is not None and self._accepts_paths:
                try:
                    self._remove_path(path)
                except ConnectionError as error:
                    self._restart_if_hung(error)

    def local_url(self, path: str) -> str:
        return f"rtsp://127.0.0.1:{self.port}/{path}"

    def stop(self) -> None:
        """End it and forget its paths."""
        pid = self.pid
        self._supervisor.stop()
        with self._lock:
            self._accepts_paths = False
            self._sources.clear()
        if self._pid_file is not None:
            self._pid_file.release()
            self._pid_file = None
            log.info("%s stopped (pid %s)", self.name, pid)

    def _restart_if_hung(self, error: ConnectionError) -> None:
        """It is gone and comes back with its paths; one that only hangs has to go first."""
        child = self._supervisor.child
        if isinstance(error, ApiTimeout) and child is not None:
            log.warning("%s does not answer any more: it is started anew", self.name)
            child.request_stop(StopStep.KILL)
        else:
            log.debug("%s is gone; its paths are added when it is back", self.name)

    # What each of the two does in its own way.

    @abstractmethod
    def _build_config(self, api_port: int, password: str) -> dict[str, Any]:
        """What stands in its configuration file."""

    @abstractmethod
    def _argv(self, config: Path) -> list[str]: ...

    @abstractmethod
    def _env(self) -> dict[str, str]: ...

    @abstractmethod
    def _query_version(self, config: Path) -> str | None:
        """Its version, told through its API; None while it is not our own that answers."""

    @abstractmethod
    def _add_path(self, path: str, source: CameraAddress) -> None:
        """Add or replace a path. Raises InputError (refused), ConnectionError (gone)."""

    @abstractmethod
    def _remove_path(self, path: str) -> None:
        """Take a path away. Raises ConnectionError (gone)."""

    @abstractmethod
    def _handle_log_line(self, line: str) -> None:
        """A line of its log."""

    # What the supervisor asks.

    def _make_process(self) -> ChildProcess:
        with self._lock:
            self._accepts_paths = False
        if self.port == 0 or (self._configured_port == 0 and self._occupied_port == self.port):
            (self.port,) = find_free_ports(1)
        self._occupied_port = None
        api_port = next(port for port in find_free_ports(2) if port != self.port)
        self._api = ProxyApi(api_port, secrets.token_urlsafe(24))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if self._pid_file is None:
                self._pid_file = PidFile.acquire(self._folder, *self.file)
            _write_config(self._pid_file.path, self._build_config(api_port, self._api.password))
        except OSError as error:
            raise ServiceError(
                "folder_unwritable", folder=self._folder, reason=describe_os_error(error)
            ) from None
        return ChildProcess(
            self.name,
            [self._program_path, *self._argv(self._pid_file.path)],
            on_line=self._on_line,
            cwd=self._folder,
            env=self._env(),
        )

    def _check_ready(self, child: ChildProcess) -> bool:
        lease, pid = self._pid_file, child.pid
        assert lease is not None and pid is not None
        lease.record_child(self.name, pid)
        if self._occupied_port is not None:
            if self._occupied_port == self._configured_port:
                raise ServiceError(
                    "port_taken",
                    port=self._occupied_port,
                    setting=self.port_setting,
                    holder=describe_port_owner(self._occupied_port),
                )
            # One that we chose ourselves was taken meanwhile: the next start chooses others.
            child.kill()
            return False
        try:
            # Nobody else gets to see the password, nor the addresses.
            if not (is_listening(pid, self._api.port) and is_listening(pid, self.port)):
                return False
            version = self._query_version(lease.path)
            if version is None:
                return False
            self._add_all_paths()
        except ConnectionError:
            return False
        self.version = version
        log.info("%s %s ready on port %d (pid %d)", self.name, version, self.port, pid)
        return True

    def _add_all_paths(self) -> None:
        with self._lock:
            for path, source in self._sources.items():
                try:
                    self._add_path(path, source)
                except InputError as error:
                    log.error("%s", error)
            self._accepts_paths = True

    def _on_line(self, line: str) -> None:
        if found := _BIND_ERROR_PATTERN.search(line):
            self._occupied_port = int(found[1])
        self._handle_log_line(line)

    def _redact(self, text: str) -> str:
        known = [source.secrets() for source in list(self._sources.values())]
        return mask_secrets(text, frozenset().union(*known))

    def _refused_error(self, source: CameraAddress, answer: str) -> InputError:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            answer = str(json.loads(answer)["error"])
        reason = mask_secrets(" ".join(answer.split()), source.secrets())
        return InputError("address_refused", proxy=self.name, reason=reason)


def environment_without_proxies() -> dict[str, str]:
    """The environment without the proxies that it names: a camera is spoken to directly."""
    proxies = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy")
    return {key: value for key, value in os.environ.items() if key.lower() not in proxies}


def _write_config(path: Path, settings: dict[str, Any]) -> None:
    """A file that only we can read, whole or not at all."""
    text = "# Written by camrec at each start.\n" + yaml.safe_dump(settings, sort_keys=False)
    fresh = path.with_name(f".{path.name}.new")
    with durable_files.open_private(fresh) as file:
        file.write(text)
    fresh.replace(path)
