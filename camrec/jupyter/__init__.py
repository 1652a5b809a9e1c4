"""The dashboard in JupyterLab: a tile of the launcher, through jupyter-server-proxy.

Jupyter starts ``camrec serve`` when the tile is first opened, and ends it with itself.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from camrec.config import Config
from camrec.errors import CamrecError

SERVER_START_TIMEOUT_S = 120.0  # seconds: the first start may have to fetch the proxies
# Beside ./videos, which a notebook's own camrec may have: each has its folder to itself.
NOTEBOOK_VIDEOS_FOLDER = "camrec-videos"


def dashboard() -> dict[str, Any]:
    """What jupyter-server-proxy asks of its entry point ``jupyter_serverproxy_servers``."""
    return {
        "command": serve_command,
        "timeout": SERVER_START_TIMEOUT_S,
        # Only this user can open it, and Jupyter asks who wants to: no port is there for others.
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
    """``camrec serve`` in the folder that Jupyter was started in, with the settings there."""
    where = ["--socket", unix_socket] if unix_socket else ["--port", str(port)]
    serve = [sys.executable, "-m", "camrec", "serve", "--no-browser", *where]
    return serve if _folder_is_chosen() else [*serve, "--videos", NOTEBOOK_VIDEOS_FOLDER]


def _folder_is_chosen() -> bool:
    try:
        return Config.load().videos_dir != Config().videos_dir
    except CamrecError:
        return True  # camrec serve says what is wrong


def websocket_origins() -> dict[str, str]:
    """Whose pages Bokeh lets in where there is a port: Jupyter's own, on this machine."""
    from jupyter_server.serverapp import ServerApp

    port = ServerApp.instance().port
    return {"BOKEH_ALLOW_WS_ORIGIN": f"localhost:{port},127.0.0.1:{port}"}
