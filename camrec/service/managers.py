"""Selects the manager of services of this operating system."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from camrec.service.launch import default_log_path
from camrec.service.launchd import Launchd
from camrec.service.manager import ServiceManager
from camrec.service.systemd import Systemd
from camrec.service.task_scheduler import TaskScheduler


def current_manager() -> ServiceManager:
    """The manager for the user who runs camrec; on an unknown system, that of Linux."""
    if sys.platform == "win32":
        return TaskScheduler(
            user=getpass.getuser(),
            domain=os.environ.get("USERDOMAIN", ""),
            folder=default_log_path().parent,
        )
    if sys.platform == "darwin":
        return Launchd(home=Path.home(), user_id=os.getuid())
    settings = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Systemd(settings=Path(settings))
