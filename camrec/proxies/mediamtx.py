"""MediaMTX: takes RTSP cameras."""

from __future__ import annotations

import json
import logging
import re
import time
from pathlib import Path
from typing import Any

from camrec.errors import CameraError
from camrec.proxies.api import USER
from camrec.proxies.proxy import Proxy, directly
from camrec.proxies.reasons import error_of
from camrec.sources import Source

log = logging.getLogger(__name__)

_PATH_LINE = re.compile(
    r"\[path (?P<path>\S+)\] (?P<source>\[RTSP source\] )?(?P<text>.*)", re.DOTALL
)


class MediaMTX(Proxy):
    name = "mediamtx"
    setting = "mediamtx_port"
    file = ("mediamtx", ".yml")

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._delivered: set[str] = set()
        self._reasons: dict[str, tuple[int, CameraError]] = {}

    def reason(self, path: str, since_ns: int) -> CameraError | None:
        """The newest reason in its log, since a monotonic time, why `path` does not deliver."""
        said, error = self._reasons.get(path, (since_ns - 1, None))
        return error if said >= since_ns else None

    def remove(self, path: str) -> None:
        super().remove(path)
        self._reasons.pop(path, None)
        self._delivered.discard(path)

    def _settings(self, api_port: int, password: str) -> dict[str, Any]:
        local = ["127.0.0.1"]
        return {
            "logLevel": "info",
            "logDestinations": ["stdout"],
            "logStructured": True,
            "readTimeout": "5s",
            "writeTimeout": "10s",
            # At the default of 512 a burst after a stall costs readers frames.
            "writeQueueSize": 4096,
            "api": True,
            "apiAddress": f"127.0.0.1:{api_port}",
            "apiAllowOrigins": [],
            "rtsp": True,
            "rtspTransports": ["tcp"],
            "rtspAddress": f"127.0.0.1:{self.port}",
            **dict.fromkeys(
                ("rtmp", "hls", "webrtc", "srt", "moq", "metrics", "pprof", "playback"), False
            ),
            "authMethod": "internal",
            "authInternalUsers": [
                {"user": "any", "ips": local, "permissions": [{"action": "read"}]},
                {"user": USER, "pass": password, "ips": local, "permissions": [{"action": "api"}]},
            ],
            "paths": {},
        }

    def _argv(self, config: Path) -> list[str]:
        return [str(config)]

    def _env(self) -> dict[str, str]:
        # MTX_... in the environment would win over the file.
        env = {key: value for key, value in directly().items() if not key.startswith("MTX_")}
        # Packets are handed from one to the next: between processors that costs a fifth more.
        return {"GOMAXPROCS": "1", "GOGC": "200", **env}

    def _ask_version(self, config: Path) -> str | None:
        status, text = self._api.call("GET", "/v3/info")
        return json.loads(text)["version"].removeprefix("v") if status == 200 else None

    def _push(self, path: str, source: Source) -> None:
        settings = {
            "source": source.address(),
            "rtspTransport": "tcp",
            "sourceOnDemand": False,
        }
        status, text = self._api.call("POST", f"/v3/config/paths/replace/{path}", body=settings)
        if status != 200:
            raise self._refused(source, text)

    def _drop(self, path: str) -> None:
        self._api.call("DELETE", f"/v3/config/paths/delete/{path}")

    def _hear(self, line: str) -> None:
        try:
            entry = json.loads(line)
            level, message = entry["level"], entry["message"]
        except (ValueError, KeyError, TypeError):
            # A configuration that it does not take is told before it has a log.
            level, message = "ERR", line
        if message.startswith("[API]"):
            # It repeats what was asked, with its credential; the answer says the same.
            return
        found = _PATH_LINE.match(message)
        if found and found["source"] and level == "ERR":
            self._note(found["path"], found["text"])
        elif found and found["text"].startswith("stream is available"):
            self._delivered.add(found["path"])
        # What it says of a camera at each of its tries is told once, by whoever opened it.
        loud = level != "INF" and not (found and found["source"])
        log.log(logging.WARNING if loud else logging.DEBUG, "mediamtx: %s", self._hidden(message))

    def _note(self, path: str, text: str) -> None:
        source = self._wanted.get(path)
        if source is None:
            return
        # A peer that hangs up on the first word is no camera; one that did deliver is away.
        if text == "EOF" and path in self._delivered:
            text = "connection lost"
        self._reasons[path] = (time.monotonic_ns(), error_of(source, text))
