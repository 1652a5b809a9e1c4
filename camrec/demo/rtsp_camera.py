"""A camera with H.264 and AAC over RTSP."""

from __future__ import annotations

import json
import logging
import os
import secrets
import socket
import tempfile
import threading
from pathlib import Path

from camrec.demo.broadcast import Broadcast
from camrec.demo.street import Street
from camrec.errors import ServiceError
from camrec.i18n import Phrase
from camrec.process import Child, Supervisor

log = logging.getLogger(__name__)

PATH = "street"
READY_WITHIN = 20.0


class RtspCamera:
    """A MediaMTX of its own, which serves what is sent to it from this process.

    Only we may send: the password is a random one, in memory and, until MediaMTX has read it, in a
    file that nobody else can read.
    """

    def __init__(self, mediamtx: Path, folder: Path) -> None:
        self._mediamtx = mediamtx
        self._folder = folder
        self._password = secrets.token_urlsafe(24)
        self._port = 0
        self._settings: Path | None = None
        self._listening = threading.Event()
        self._server = Supervisor("demo mediamtx", self._make, self._ready)
        self._broadcast: Broadcast | None = None

    @property
    def url(self) -> str:
        """Known once it was started."""
        return f"rtsp://127.0.0.1:{self._port}/{PATH}"

    def start(self) -> None:
        """Returns when it can be watched.

        Raises
        ------
        ServiceError
            ``proxy_failed``
        """
        if self._broadcast is not None:
            return
        self._port = _free_port()
        self._server.ensure_ready(READY_WITHIN)
        address = f"rtsp://demo:{self._password}@127.0.0.1:{self._port}/{PATH}"
        self._broadcast = Broadcast(address, Street())
        if not self._broadcast.start(READY_WITHIN):
            reason = Phrase("reasons.takes_no_stream")
            raise ServiceError("proxy_failed", proxy="demo mediamtx", reason=reason)
        log.info("demo camera at %s", self.url)

    def stop(self) -> None:
        if self._broadcast is not None:
            self._broadcast.stop()
        # Its end also ends a broadcast that it held up.
        self._server.stop()
        if self._broadcast is not None:
            self._broadcast.join()
            self._broadcast = None
        self._forget_settings()

    def _make(self) -> Child:
        self._forget_settings()
        self._folder.mkdir(parents=True, exist_ok=True)
        # Made with mode 0600.
        descriptor, name = tempfile.mkstemp(dir=self._folder, prefix="demo-", suffix=".yml")
        self._settings = Path(name)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            # JSON is YAML too.
            json.dump(self._wanted(), file, indent=1)
        self._listening.clear()
        return Child(
            "demo mediamtx",
            [self._mediamtx, self._settings],
            on_line=self._hear,
            secrets=(self._password,),
        )

    def _wanted(self) -> dict[str, object]:
        here = ["127.0.0.1"]
        return {
            "logLevel": "info",
            "logDestinations": ["stdout"],
            "writeQueueSize": 4096,
            "rtspAddress": f"127.0.0.1:{self._port}",
            "rtspTransports": ["tcp"],
            **dict.fromkeys(("api", "rtmp", "hls", "webrtc", "srt", "moq"), False),
            "authInternalUsers": [
                {"user": "any", "ips": here, "permissions": [{"action": "read"}]},
                {
                    "user": "demo",
                    "pass": self._password,
                    "ips": here,
                    "permissions": [{"action": "publish"}],
                },
            ],
            "paths": {PATH: {}},
        }

    def _hear(self, line: str) -> None:
        log.debug("demo mediamtx: %s", line)
        if "[RTSP] started with listeners" in line:
            self._listening.set()

    def _ready(self, child: Child) -> bool:
        if not self._listening.is_set():
            return False
        self._forget_settings()
        return True

    def _forget_settings(self) -> None:
        if self._settings is not None:
            self._settings.unlink(missing_ok=True)
            self._settings = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
