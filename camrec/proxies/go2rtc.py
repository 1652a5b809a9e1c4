"""go2rtc: takes HTTP-MJPEG cameras, from our relay: it calls no camera itself."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from camrec.camera_address import CameraAddress
from camrec.errors import CameraError
from camrec.proxies.http_api import API_USER
from camrec.proxies.log_errors import error_from_log
from camrec.proxies.proxy import Proxy, environment_without_proxies

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"


class Go2rtc(Proxy):
    """Paths must be names that nobody can guess, made of letters and digits."""

    name = "go2rtc"
    port_setting = "go2rtc_port"
    file = ("go2rtc", ".yaml")

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.start_count = 0
        """How often it was started."""

    def stream_endpoint(self, path: str) -> tuple[str, str, str]:
        """Where the JPEGs of `path` are read: a WebSocket's URL, its user and its password.

        They change when go2rtc starts anew.
        """
        api = self._api
        return f"ws://127.0.0.1:{api.port}/api/ws?src={path}", API_USER, api.password

    def reason(self, source: CameraAddress, message: str) -> CameraError:
        """Our error for what its WebSocket said."""
        return error_from_log(source, message)

    def _build_config(self, api_port: int, password: str) -> dict[str, Any]:
        self.start_count += 1
        return {
            # All else that it can do is left out: exec, echo, expr, ffmpeg, webrtc, its pages.
            "app": {"modules": ["api", "ws", "http", "rtsp", "mjpeg"]},
            # It warns when a connection ends, and of nothing else in these modules.
            "log": {"format": "json", "level": "warn", "time": ""},
            "api": {
                "listen": f"127.0.0.1:{api_port}",
                "username": API_USER,
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
        return environment_without_proxies()

    def _query_version(self, config: Path) -> str | None:
        status, text = self._api.call("GET", "/api")
        if status != 200:
            return None
        told = json.loads(text)
        ours = Path(told["config_path"]).resolve() == config.resolve()
        return told["version"] if ours else None

    def _add_path(self, path: str, source: CameraAddress) -> None:
        # It follows redirects anywhere: a camera itself is never given to it.
        if source.host != LOOPBACK:
            raise ValueError("go2rtc reads from our relay alone")
        # PATCH keeps the address in memory; PUT would write it into the file.
        query = {"name": path, "src": source.address()}
        status, text = self._api.call("PATCH", "/api/streams", query=query)
        if status != 200:
            raise self._refused_error(source, text)

    def _remove_path(self, path: str) -> None:
        # 400 "path not exist" only says that it stood in no file.
        self._api.call("DELETE", "/api/streams", query={"src": path})

    def _handle_log_line(self, line: str) -> None:
        log.debug("go2rtc: %s", self._redact(line))
