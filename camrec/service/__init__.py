"""Starts camrec at log-in: with Task Scheduler (Windows), systemd (Linux) or launchd (macOS)."""

from camrec.service.installer import Installer, ServiceStatus
from camrec.service.launch import Launch, default_log_path
from camrec.service.launchd import Launchd
from camrec.service.manager import Command, Definition, ServiceManager
from camrec.service.managers import current_manager
from camrec.service.systemd import Systemd
from camrec.service.task_scheduler import TaskScheduler

__all__ = [
    "Command",
    "Definition",
    "Installer",
    "Launch",
    "Launchd",
    "ServiceManager",
    "ServiceStatus",
    "Systemd",
    "TaskScheduler",
    "current_manager",
    "default_log_path",
]
