"""go2rtc: takes HTTP-MJPEG cameras, from our relay: it calls no camera itself."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from camrec.camera_address import Source
from camrec.errors import CameraError
from camrec.proxies.http_api import USER
from camrec.proxies.log_errors import error_of
from camrec.proxies.proxy import Proxy, directly

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"


class Go2rtc(Proxy):
    """Paths must be names that nobody can guess, made of letters and digits."""

    name = "go2rtc"
    setting = "go2rtc_port"
    file = ("go2rtc", ".yaml")

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.runs = 0
        """How often it was started."""

    def stream(self, path: str) -> tuple[str, str, str]:
        """Where the JPEGs of `path` are read: a WebSocket's URL, its user and its password.

        They change when go2rtc starts anew.
        """
        api = self._api
        return f"ws://127.0.0.1:{api.port}/api/ws?src={path}", USER, api.password

    def reason(self, source: Source, message: str) -> CameraError:
        """Our error for what its WebSocket said."""
        return error_of(source, message)

    def _settings(self, api_port: int, password: str) -> dict[str, Any]:
        self.runs += 1
        return {
            # All else that it can do is left out: exec, echo, expr, ffmpeg, webrtc, its pages.
            "app": {"modules": ["api", "ws", "http", "rtsp", "mjpeg"]},
            # It warns when a connection ends, and of nothing else in these modules.
            "log": {"format": "json", "level": "warn", "time": ""},
            "api": {
                "listen": f"127.0.0.1:{api_port}",
                "username": USER,
                "password": password,
                "local_auth": True,
                "allow_paths": ["/api", "/api/streams", "/api/ws"],
            },
            "rtsp": {"listen": f"127.0.0.1:{self.port}"},
        }

    def _argv(self, config: Path) -> list[str]:
        # By its bare name: a path with "=" in it would be taken for a setting.
        return ["-c", config.name]

    def _env(self) -> dict[str, str]:
        return directly()

    def _ask_version(self, config: Path) -> str | None:
        status, text = self._api.call("GET", "/api")
        if status != 200:
            return None
        told = json.loads(text)
        ours = Path(told["config_path"]).resolve() == config.resolve()
        return told["version"] if ours else None

    def _push(self, path: str, source: Source) -> None:
        # It follows redirects anywhere: a camera itself is never given to it.
        if source.host != LOOPBACK:
            raise ValueError("go2rtc reads from our relay alone")
        # PATCH keeps the address in memory; PUT would write it into the file.
        query = {"name": path, "src": source.address()}
        status, text = self._api.call("PATCH", "/api/streams", query=query)
        if status != 200:
            raise self._refused(source, text)

    def _drop(self, path: str) -> None:
        # 400 "path not exist" only says that it stood in no file.
        self._api.call("DELETE", "/api/streams", query={"src": path})

    def _hear(self, line: str) -> None:
        log.debug("go2rtc: %s", self._hidden(line))
