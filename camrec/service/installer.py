"""Installs, removes and describes the service with what its manager says."""

from __future__ import annotations

import contextlib
import itertools
import logging
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from camrec.clock import monotonic_s
from camrec.errors import ServiceError, describe_os_error
from camrec.process import iterate_command_lines
from camrec.service.launch import Launch
from camrec.service.manager import Command, Commands, ServiceManager

log = logging.getLogger(__name__)

COMMAND_TIMEOUT_S = 180.0  # longer than the service may take to end
START_TIMEOUT_S = 15.0
STOP_TIMEOUT_S = 120.0
POLL_INTERVAL_S = 0.1
# On Windows the system's tools write in the code page of consoles.
TOOL_ENCODING = "oem" if sys.platform == "win32" else "utf-8"


@dataclass(frozen=True)
class ServiceStatus:
    """What is known about the service.

    running_since : UTC seconds since 1970; None: it does not run.
    log : the file of its log, which may not exist yet.
    """

    is_installed: bool
    running_since: float | None
    log: Path


class Installer:
    """Writes the files and runs the commands of a manager. All calls block.

    Parameters
    ----------
    manager
        The manager of this operating system.
    log_path
        The file that the service writes its log to.
    """

    def __init__(self, manager: ServiceManager, log_path: Path) -> None:
        self._manager = manager
        self._log_path = log_path

    def install_service(self, launch: Launch) -> ServiceStatus:
        """Install and start the service. One that was installed before is replaced.

        Raises
        ------
        InputError
            ``service_path``: see `ServiceManager.definition`.
        ServiceError
            ``service_tool_missing``, ``service_failed``, ``service_unwritable``.
        """
        self._require_tool()
        definition = self._manager.definition(launch)
        self._stop()
        try:
            for folder in (definition.path.parent, self._log_path.parent):
                folder.mkdir(parents=True, exist_ok=True)
            definition.path.write_bytes(definition.content)
        except OSError as error:
            reason = describe_os_error(error)
            raise ServiceError(
                "service_unwritable", file=str(definition.path), reason=reason
            ) from None
        try:
            self._run_all(self._manager.start)
        except ServiceError:
            with contextlib.suppress(ServiceError):
                self._delete()
            self._delete_empty_log_folders()
            raise
        if not definition.is_kept:
            definition.path.unlink()
        self._wait_until(running=True, timeout_s=START_TIMEOUT_S)
        return self.status()

    def remove_service(self) -> None:
        """End the service and delete everything that belongs to it, also its log.

        If nothing is installed, only what is left of an earlier service is deleted.

        Raises
        ------
        ServiceError
            ``service_tool_missing``, ``service_failed``.
        """
        self._require_tool()
        self._stop()
        self._delete()
        for file in self._log_path.parent.glob(f"{self._log_path.name}*"):
            file.unlink(missing_ok=True)
        self._delete_empty_log_folders()

    def status(self) -> ServiceStatus:
        """What is known about the service.

        Raises
        ------
        ServiceError
            ``service_tool_missing``.
        """
        self._require_tool()
        return ServiceStatus(self._is_installed(), running_since(self._log_path), self._log_path)

    def _stop(self) -> None:
        self._run_all(self._manager.stop)
        self._wait_until(running=False, timeout_s=STOP_TIMEOUT_S)

    def _delete(self) -> None:
        if self._is_installed():
            self._run_all(self._manager.remove)
        self._manager.definition_path.unlink(missing_ok=True)
        self._run_all(self._manager.forget)

    def _delete_empty_log_folders(self) -> None:
        folder = self._log_path.parent
        for each in (folder, folder.parent):
            with contextlib.suppress(OSError):  # it contains something else, or does not exist
                each.rmdir()

    def _is_installed(self) -> bool:
        return _run(self._manager.query).returncode == 0

    def _require_tool(self) -> None:
        tool = self._manager.tool
        if shutil.which(tool) is None:
            command = shlex.join([sys.executable, "-m", "camrec", "serve", "--no-browser"])
            raise ServiceError("service_tool_missing", tool=tool, command=command)

    def _run_all(self, commands: Commands) -> None:
        """Raises ServiceError (``service_failed``)."""
        for command in commands:
            done = _run(command)
            output = " ".join((done.stderr + done.stdout).split())
            if done.returncode == 0:
                continue
            if not command.may_fail:
                shown = subprocess.list2cmdline(command.argv)
                raise ServiceError("service_failed", command=shown, reason=output)
            log.debug("%s: %s", command.argv, output)

    def _wait_until(self, *, running: bool, timeout_s: float) -> None:
        end = monotonic_s() + timeout_s
        while (running_since(self._log_path) is not None) != running and monotonic_s() < end:
            time.sleep(POLL_INTERVAL_S)


def running_since(log_path: Path) -> float | None:
    """When the process with this log started, in UTC seconds since 1970; None: none runs.

    It is found by the arguments of its command line. What the systems' own tools print depends on
    the system's language, and not all of them name the process.
    """
    identity = ("--log", str(log_path))
    starts = []
    for process, arguments in iterate_command_lines():
        if identity in itertools.pairwise(arguments):
            with contextlib.suppress(psutil.Error, OSError):  # it has just ended
                starts.append(process.create_time())
    # On Windows, the Python of a virtual environment starts another process.
    return min(starts, default=None)


def _run(command: Command) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command.argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding=TOOL_ENCODING,
            errors="replace",
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        return subprocess.CompletedProcess(command.argv, 1, "", str(error))
