"""The common base of MediaMTX and go2rtc: a supervised child and the paths that it serves."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import secrets
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path

import yaml

from camrec import file_system
from camrec.camera_address import CameraAddress
from camrec.camera_errors import mask_secrets
from camrec.errors import InputError, ServiceError, describe_os_error
from camrec.ports import find_free_ports, is_listening, port_error
from camrec.process import ChildProcess, PidFile, ProcessState, StopStep, Supervisor
from camrec.proxies.http_api import ApiTimeout, ProxyApi

log = logging.getLogger(__name__)

RESTART_PAUSES_S = (0.25, 5.0)  # the shortest and the longest; recordings wait meanwhile

_BIND_ERROR_PATTERN = re.compile(r"listen tcp \S*:(\d+): bind: ")


class Proxy(ABC):
    """One proxy. It is started when first needed, kept ready, and gets its paths at each start.

    Parameters
    ----------
    find_program
        Finds the program, and may download it. It is called in the thread that needs the proxy.
    folder
        The folder for the configuration file.
    port
        The local RTSP port; 0 selects a free one.

    Attributes
    ----------
    name : the name in the log and in errors.
    port_setting : the setting that changes the port.
    config_file_name : stem and suffix of the configuration file.
    port : the local RTSP port that is used now.
    version : the version of the program that runs; empty before the first start.
    machine : the state, and whom to notify when it changes.
    became_ready : calls the connected functions at each start, after all paths were added.
    """

    name: str
    port_setting: str
    config_file_name: tuple[str, str]

    def __init__(self, find_program: Callable[[], Path], folder: Path, port: int) -> None:
        self.port = port
        self.version = ""
        self._configured_port = port
        self._find_program = find_program
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
        self.became_ready = self._supervisor.became_ready

    @property
    def state(self) -> ProcessState:
        """The state of the process."""
        return self.machine.state

    @property
    def pid(self) -> int | None:
        """The process id; None while the program does not run."""
        child = self._supervisor.child
        return child.pid if child else None

    def ensure_ready(self, timeout: float = 20.0) -> None:
        """Wait until the program runs and responds; start it if necessary.

        Raises
        ------
        ServiceError
            ``port_taken``, ``port_forbidden``, ``folder_unwritable``, ``binary_missing``,
            ``proxy_failed``.
        """
        if self.state is not ProcessState.READY:
            self._program_path = self._find_program()
        self._supervisor.ensure_ready(timeout)

    def add(self, path: str, source: CameraAddress) -> None:
        """Serve `source` as `path`, now or as soon as the program is ready, until `remove`.

        Raises
        ------
        InputError
            ``address_refused``: the program rejects this address.
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
        """Stop serving `path`; an unknown path is no error."""
        with self._lock:
            if self._sources.pop(path, None) is not None and self._accepts_paths:
                try:
                    self._remove_path(path)
                except ConnectionError as error:
                    self._restart_if_hung(error)

    def local_url(self, path: str) -> str:
        """Return the local RTSP URL of `path`."""
        return f"rtsp://127.0.0.1:{self.port}/{path}"

    def stop(self) -> None:
        """End the program and forget its paths."""
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
        """Kill a program that hangs. The supervisor restarts it, and it gets its paths again."""
        child = self._supervisor.child
        if isinstance(error, ApiTimeout) and child is not None:
            log.warning("%s no longer responds and is restarted", self.name)
            child.request_stop(StopStep.KILL)
        else:
            log.debug("%s has ended; it gets its paths after the restart", self.name)

    # What each proxy does in its own way.

    @abstractmethod
    def _build_config(self, api_port: int, password: str) -> dict[str, object]:
        """Return the content of the configuration file."""

    @abstractmethod
    def _argv(self, config: Path) -> list[str]:
        """Return the program's arguments."""

    @abstractmethod
    def _env(self) -> dict[str, str]:
        """Return the program's environment."""

    @abstractmethod
    def _query_version(self, config: Path) -> str | None:
        """Return the version that the API reports; None if another program responds."""

    @abstractmethod
    def _add_path(self, path: str, source: CameraAddress) -> None:
        """Add or replace a path. Raises InputError (rejected), ConnectionError (ended, hangs)."""

    @abstractmethod
    def _remove_path(self, path: str) -> None:
        """Remove a path. Raises ConnectionError if the program has ended or hangs."""

    @abstractmethod
    def _handle_log_line(self, line: str) -> None:
        """Read a line of the program's log."""

    # What the supervisor calls.

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
                self._pid_file = PidFile.acquire(self._folder, *self.config_file_name)
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
        pid_file, pid = self._pid_file, child.pid
        assert pid_file is not None and pid is not None
        pid_file.record_child(self.name, pid)
        if self._occupied_port is not None:
            if self._occupied_port == self._configured_port:
                raise port_error(self._occupied_port, self.port_setting)
            # Another program took the port that camrec chose: the next start chooses another.
            child.kill()
            return False
        try:
            # No other program may get the password or the addresses.
            if not (is_listening(pid, self._api.port) and is_listening(pid, self.port)):
                return False
            version = self._query_version(pid_file.path)
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

    def _refused_error(self, source: CameraAddress, response: str) -> InputError:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            response = str(json.loads(response)["error"])
        reason = mask_secrets(" ".join(response.split()), source.secrets())
        return InputError("address_refused", proxy=self.name, reason=reason)


def environment_without_proxies() -> dict[str, str]:
    """Return the environment without HTTP proxies: the connection to a camera is direct."""
    proxies = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy")
    return {key: value for key, value in os.environ.items() if key.lower() not in proxies}


def _write_config(path: Path, settings: Mapping[str, object]) -> None:
    """Write a file that only this user can read; it appears complete or not at all."""
    text = "# Written by camrec at each start.\n" + yaml.safe_dump(dict(settings), sort_keys=False)
    fresh = path.with_name(f".{path.name}.new")
    with file_system.open_private(fresh) as file:
        file.write(text)
    file_system.replace(fresh, path)
