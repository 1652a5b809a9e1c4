"""Starts camrec at log-in on Windows, as a task of Task Scheduler."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from camrec.errors import InputError
from camrec.service.launch import Launch
from camrec.service.manager import Command, Commands, Definition

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
MAX_PATH_CHARS = 260  # of Command and WorkingDirectory (pathType in Microsoft's schema)
NORMAL_PRIORITY = "5"  # the default, 7, is below normal: for the processor and for the disk

Elements = Mapping[str, "str | Elements"]

# Microsoft's documentation, "Task Scheduler Schema". RestartOnFailure helps only if a program
# cannot be started ([MS-TSCH] 2.5.4.2), not if it ends with an error. So the task is also started
# once a minute, which does nothing as long as it runs (MultipleInstancesPolicy).
SETTINGS: Elements = {
    "MultipleInstancesPolicy": "IgnoreNew",
    "DisallowStartIfOnBatteries": "false",
    "StopIfGoingOnBatteries": "false",
    "IdleSettings": {"StopOnIdleEnd": "false", "RestartOnIdle": "false"},
    "ExecutionTimeLimit": "PT0S",  # no limit; the default is 72 hours
    "Priority": NORMAL_PRIORITY,
    "RestartOnFailure": {"Interval": "PT1M", "Count": "255"},
}
EVERY_MINUTE: Elements = {
    "StartBoundary": "2000-01-01T00:00:00",
    "Repetition": {"Interval": "PT1M"},
}

# The action runs as the principal.
ATTRIBUTES = {"Principal": {"id": "Author"}, "Actions": {"Context": "Author"}}


class TaskScheduler:
    """A task of one user, which that user may create without an administrator's rights.

    See `ServiceManager`. The names of tasks are shared by all users of a computer, so the name
    contains the user's.

    Parameters
    ----------
    user
        The user's name.
    domain
        The computer or domain of the account (``%USERDOMAIN%``); may be empty.
    folder
        Where the definition is written before Task Scheduler reads it.
    """

    tool = "schtasks"

    def __init__(self, user: str, domain: str, folder: Path) -> None:
        self._account = f"{domain}\\{user}" if domain else user
        task = ("/TN", f"camrec-{user}")
        self.definition_path = folder / "camrec-task.xml"
        self.query = Command(("schtasks", "/Query", *task))
        self.stop: Commands = (
            # Otherwise the next minute starts it again.
            Command(("schtasks", "/Change", *task, "/DISABLE"), may_fail=True),
            Command(("schtasks", "/End", *task), may_fail=True),
        )
        self.start: Commands = (
            Command(("schtasks", "/Create", *task, "/XML", str(self.definition_path), "/F")),
            Command(("schtasks", "/Run", *task)),
        )
        self.remove: Commands = (Command(("schtasks", "/Delete", *task, "/F")),)
        self.forget: Commands = ()

    def definition(self, launch: Launch) -> Definition:
        """The XML of the task, in UTF-16 with a byte order mark, which ``schtasks`` requires."""
        program, *arguments = launch.argv
        command, folder = windowless_python(program), str(launch.folder)
        line = subprocess.list2cmdline(arguments)
        _check_variables(command, line, folder)
        for path in (command, folder):
            if len(path) > MAX_PATH_CHARS:
                raise InputError("service_path", path=path)
        elements: Elements = {
            "RegistrationInfo": {"Description": "camrec records cameras"},
            "Triggers": {"LogonTrigger": {"UserId": self._account}, "TimeTrigger": EVERY_MINUTE},
            "Principals": {
                "Principal": {
                    "UserId": self._account,
                    "LogonType": "InteractiveToken",
                    "RunLevel": "LeastPrivilege",
                }
            },
            "Settings": SETTINGS,
            "Actions": {
                "Exec": {
                    "Command": command,
                    "Arguments": line,
                    "WorkingDirectory": folder,
                }
            },
        }
        task = ElementTree.Element("Task", {"version": "1.2", "xmlns": NAMESPACE})
        _add_elements(task, elements)
        text = ElementTree.tostring(task, "unicode")
        content = f'<?xml version="1.0" encoding="UTF-16"?>\r\n{text}'.encode("utf-16-le")
        return Definition(self.definition_path, b"\xff\xfe" + content, False)


def windowless_python(program: str) -> str:
    """The Python next to `program` that opens no console window, if there is one."""
    without_window = Path(program).with_name("pythonw.exe")
    return str(without_window) if without_window.is_file() else program


def _check_variables(*texts: str) -> None:
    """Raises InputError (``service_path``) if a text contains a variable, such as ``%TEMP%``.

    Task Scheduler replaces it by its value, and knows no way to write it otherwise. A ``%`` that
    is no part of a variable's name stays as it is.
    """
    for text in texts:
        if any(name in os.environ for name in re.findall(r"(?=%([^%]+)%)", text)):
            raise InputError("service_path", path=text)


def _add_elements(parent: ElementTree.Element, elements: Elements) -> None:
    for name, value in elements.items():
        element = ElementTree.SubElement(parent, name, ATTRIBUTES.get(name, {}))
        if isinstance(value, str):
            element.text = value
        else:
            _add_elements(element, value)
