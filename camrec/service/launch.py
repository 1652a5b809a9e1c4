"""What is started at log-in: this camrec, in this folder, with these settings."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from camrec.errors import InputError


def default_log_path() -> Path:
    """The file that a camrec started at log-in writes its log to.

    It is in the user's folder for logs: ``%LOCALAPPDATA%\\camrec\\Logs`` on Windows,
    ``~/.local/state/camrec/log`` on Linux, ``~/Library/Logs/camrec`` on macOS.
    """
    return platformdirs.user_log_path("camrec", appauthor=False) / "service.log"


@dataclass(frozen=True)
class Launch:
    """A program that the system starts at log-in.

    argv : the program, by its full path, and its arguments.
    folder : its working folder, where it finds its settings.
    log : the file that it writes its log to.
    search_path : its PATH, where it finds FFmpeg and others as in the terminal of the installation.
    """

    argv: tuple[str, ...]
    folder: Path
    log: Path
    search_path: str

    @classmethod
    def of_this_camrec(cls, log: Path, config: Path | None, videos: Path | None) -> Launch:
        """``camrec serve`` by this Python, in this folder, with its log in a file.

        Parameters
        ----------
        log
            The file of the log.
        config, videos
            What ``--config`` and ``--videos`` say; None: what the folder's settings say.

        Raises
        ------
        InputError
            ``service_path``: a path contains a control character, which no system accepts.
        """
        argv = [sys.executable, "-m", "camrec", "serve", "--no-browser", "--log", str(log)]
        for option, path in (("--config", config), ("--videos", videos)):
            if path is not None:
                argv += [option, str(path.absolute())]
        launch = cls(tuple(argv), Path.cwd(), log, os.environ.get("PATH", ""))
        for text in (*launch.argv, str(launch.folder)):
            if not text.isprintable():
                raise InputError("service_path", path=text)
        return launch
