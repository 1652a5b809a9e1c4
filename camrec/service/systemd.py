"""Starts camrec at log-in on Linux, as a service of the user's systemd."""

from __future__ import annotations

from pathlib import Path

from camrec.service.launch import Launch
from camrec.service.manager import Command, Commands, Definition

UNIT = "camrec.service"

# Finalizing recordings takes a while. KillMode: camrec ends its own children, and the FFmpeg of a
# killed camrec finishes its file by itself.
# Type=exec: `systemctl start` fails if the program is missing.
# See systemd.service(5), systemd.unit(5) and systemd.kill(5).
UNIT_TEXT = """\
[Unit]
Description=camrec records cameras
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart={command}
WorkingDirectory={folder}
Environment={search_path}
Restart=on-failure
RestartSec=10
KillMode=process
TimeoutStopSec=120
StandardOutput=null

[Install]
WantedBy=default.target
"""


class Systemd:
    """The service ``camrec`` of ``systemctl --user``. See `ServiceManager`.

    Parameters
    ----------
    settings
        The user's folder for settings: ``~/.config``.
    """

    tool = "systemctl"

    def __init__(self, settings: Path) -> None:
        self.definition_path = settings / "systemd" / "user" / UNIT
        self.query = _systemctl("is-enabled", UNIT)
        self.stop: Commands = (_systemctl("stop", UNIT, may_fail=True),)
        self.start: Commands = (
            _systemctl("daemon-reload"),
            _systemctl("enable", UNIT),
            _systemctl("start", UNIT),
        )
        self.remove: Commands = (_systemctl("disable", UNIT),)
        self.forget: Commands = (
            _systemctl("daemon-reload"),
            _systemctl("reset-failed", UNIT, may_fail=True),
        )

    def definition(self, launch: Launch) -> Definition:
        """The unit file."""
        program, *arguments = launch.argv  # systemd replaces no variables in the program
        text = UNIT_TEXT.format(
            command=" ".join([quote_value(program), *map(quote_argument, arguments)]),
            folder=escape_specifiers(str(launch.folder)),
            search_path=quote_value(f"PATH={launch.search_path}"),
        )
        return Definition(self.definition_path, text.encode("utf-8", "surrogateescape"), True)


def _systemctl(*arguments: str, may_fail: bool = False) -> Command:
    return Command(("systemctl", "--user", *arguments), may_fail)


def escape_specifiers(text: str) -> str:
    """`text` with ``%`` doubled: in a unit file it begins a specifier (systemd.unit(5))."""
    return text.replace("%", "%%")


def quote_value(text: str) -> str:
    """`text` as one word of a unit file (systemd.syntax(7), "Quoting")."""
    escaped = escape_specifiers(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def quote_argument(text: str) -> str:
    """`text` as an argument of ``ExecStart``, where variables are replaced (systemd.service(5))."""
    return quote_value(text).replace("$", "$$")
