"""Starts camrec at log-in on macOS, as an agent of launchd."""

from __future__ import annotations

import plistlib
from pathlib import Path

from camrec.service.launch import Launch
from camrec.service.manager import Command, Commands, Definition

LABEL = "camrec"
EXIT_TIMEOUT_S = 120  # finalizing recordings takes a while; launchd's default is 20 s


class Launchd:
    """The agent ``camrec`` in the user's graphical session. See `ServiceManager`.

    The commands are those of launchctl(1), and the keys those of launchd.plist(5).

    Parameters
    ----------
    home
        The user's home folder.
    user_id
        The user's number.
    """

    tool = "launchctl"

    def __init__(self, home: Path, user_id: int) -> None:
        session = f"gui/{user_id}"
        agent = f"{session}/{LABEL}"
        self.definition_path = home / "Library" / "LaunchAgents" / f"{LABEL}.plist"
        self.query = Command(("launchctl", "print", agent))
        self.stop: Commands = (Command(("launchctl", "bootout", agent), may_fail=True),)
        self.start: Commands = (
            # An agent that the user turned off in the system's settings stays off otherwise.
            Command(("launchctl", "enable", agent)),
            Command(("launchctl", "bootstrap", session, str(self.definition_path))),
        )
        self.remove: Commands = ()
        self.forget: Commands = ()

    def definition(self, launch: Launch) -> Definition:
        """The property list."""
        content = plistlib.dumps(
            {
                "Label": LABEL,
                "ProgramArguments": list(launch.argv),
                "WorkingDirectory": str(launch.folder),
                "EnvironmentVariables": {"PATH": launch.search_path},
                "RunAtLoad": True,
                "KeepAlive": {"SuccessfulExit": False},
                "ExitTimeOut": EXIT_TIMEOUT_S,
                # Without this the system may slow an agent down.
                "ProcessType": "Interactive",
                # What Python prints before camrec can open its log.
                "StandardErrorPath": str(launch.log),
            }
        )
        return Definition(self.definition_path, content, True)
