"""Adds the dashboard to JupyterLab as a tile of the launcher, with jupyter-server-proxy.

Jupyter starts ``camrec serve`` when the tile is first opened, and stops it when Jupyter ends.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TypedDict

from camrec.config import Config
from camrec.errors import CamrecError

SERVER_START_TIMEOUT_S = 120.0  # the first start may have to download the proxies
# A notebook's own camrec may use ./videos, and two camrecs cannot use the same folder.
NOTEBOOK_VIDEOS_FOLDER = "camrec-videos"


class LauncherEntry(TypedDict):
    """The tile. `icon_path` is the absolute path of an SVG file."""

    title: str
    category: str
    icon_path: str


class ServerProcess(TypedDict):
    """How jupyter-server-proxy starts a server. The keys are those of its documentation.

    command : a function that returns the arguments of the process. jupyter-server-proxy passes the
        values that the function's parameters name.
    timeout : seconds.
    unix_socket : whether the server listens on a Unix socket instead of a port.
    """

    command: object
    timeout: float
    unix_socket: bool
    environment: dict[str, str]
    new_browser_tab: bool
    launcher_entry: LauncherEntry


def dashboard() -> ServerProcess:
    """Return how to start camrec; the entry point of ``jupyter_serverproxy_servers``."""
    return {
        "command": serve_command,
        "timeout": SERVER_START_TIMEOUT_S,
        # Only this user can open the socket, and Jupyter requires a login. A port would be open to
        # all users of this machine.
        "unix_socket": sys.platform != "win32",
        "environment": websocket_origins() if sys.platform == "win32" else {},
        "new_browser_tab": False,
        "launcher_entry": {
            "title": "camrec",
            "category": "Notebook",
            "icon_path": str(Path(__file__).with_name("icon.svg")),
        },
    }


def serve_command(port: int, unix_socket: str) -> list[str]:
    """Return the arguments of ``camrec serve``.

    It runs in the folder in which Jupyter was started, and reads the settings there.
    """
    where = ["--socket", unix_socket] if unix_socket else ["--port", str(port)]
    serve = [sys.executable, "-m", "camrec", "serve", "--no-browser", *where]
    return serve if _is_folder_configured() else [*serve, "--videos", NOTEBOOK_VIDEOS_FOLDER]


def _is_folder_configured() -> bool:
    try:
        return bool(Config.load().videos_dir != Config().videos_dir)
    except CamrecError:
        return True  # camrec serve reports what is wrong


def websocket_origins() -> dict[str, str]:
    """Return the environment variable that lets Jupyter's pages open Bokeh's WebSocket."""
    from jupyter_server.serverapp import ServerApp

    port = ServerApp.instance().port
    return {"BOKEH_ALLOW_WS_ORIGIN": f"localhost:{port},127.0.0.1:{port}"}
