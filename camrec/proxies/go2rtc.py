"""Runs go2rtc, the proxy for HTTP MJPEG cameras. It reads from camrec's relay, not from cameras."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

from camrec.camera_address import CameraAddress
from camrec.errors import CameraError
from camrec.proxies.http_api import API_USER
from camrec.proxies.log_errors import error_from_log
from camrec.proxies.proxy import Proxy, environment_without_proxies

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"


class Go2rtc(Proxy):
    """Serves the JPEGs of the relay over a WebSocket.

    Paths must be names that nobody can guess, made of letters and digits. The parameters are those
    of `Proxy`.

    Attributes
    ----------
    start_count : how many times go2rtc was started.
    """

    name = "go2rtc"
    port_setting = "go2rtc_port"
    config_file_name = ("go2rtc", ".yaml")

    def __init__(self, find_program: Callable[[], Path], folder: Path, port: int) -> None:
        super().__init__(find_program, folder, port)
        self.start_count = 0

    def stream_endpoint(self, path: str) -> tuple[str, str, str]:
        """Return where to read the JPEGs of `path`: a WebSocket's URL, user and password.

        They change when go2rtc restarts.
        """
        api = self._api
        return f"ws://127.0.0.1:{api.port}/api/ws?src={path}", API_USER, api.password

    def reason(self, source: CameraAddress, message: str) -> CameraError:
        """Return camrec's error for an error message of the WebSocket."""
        return error_from_log(source, message)

    def _build_config(self, api_port: int, password: str) -> dict[str, object]:
        self.start_count += 1
        return {
            # The other modules stay off: exec, echo, expr, ffmpeg, webrtc, its pages.
            "app": {"modules": ["api", "ws", "http", "rtsp", "mjpeg"]},
            # At this level these modules only report that a connection ended.
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
        # The bare name: go2rtc would read a path that contains "=" as a setting.
        return ["-c", config.name]

    def _env(self) -> dict[str, str]:
        return environment_without_proxies()

    def _query_version(self, config: Path) -> str | None:
        status, text = self._api.call("GET", "/api")
        if status != 200:
            return None
        info = json.loads(text)
        is_ours = Path(info["config_path"]).resolve() == config.resolve()
        return str(info["version"]) if is_ours else None

    def _add_path(self, path: str, source: CameraAddress) -> None:
        # go2rtc follows redirects to any host, so it never gets the address of a camera.
        if source.host != LOOPBACK:
            raise ValueError("go2rtc may read only from the relay")
        # PATCH keeps the address in memory; PUT would write it to the file.
        query = {"name": path, "src": source.address()}
        status, text = self._api.call("PATCH", "/api/streams", query=query)
        if status != 200:
            raise self._refused_error(source, text)

    def _remove_path(self, path: str) -> None:
        # 400 "path not exist" only means that no file contained it.
        self._api.call("DELETE", "/api/streams", query={"src": path})

    def _handle_log_line(self, line: str) -> None:
        log.debug("go2rtc: %s", self._redact(line))
