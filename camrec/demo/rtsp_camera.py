"""A camera that sends H.264 and AAC over RTSP."""

from __future__ import annotations

import json
import logging
import secrets
import threading
from pathlib import Path

from camrec import file_system
from camrec.demo.broadcast import RtspPublisher
from camrec.demo.street import StreetScene
from camrec.errors import ServiceError
from camrec.i18n import Phrase
from camrec.ports import find_free_ports
from camrec.process import ChildProcess, Supervisor

log = logging.getLogger(__name__)

DEMO_RTSP_PATH = "street"
DEMO_START_TIMEOUT_S = 20.0


class DemoRtspCamera:
    """Runs its own MediaMTX, which serves what this process publishes to it.

    Nobody else can publish, because the password is random. It is stored in memory and, until
    MediaMTX has read it, in a file that only its owner can read.
    """

    def __init__(self, mediamtx: Path, folder: Path) -> None:
        self._mediamtx = mediamtx
        self._folder = folder
        self._password = secrets.token_urlsafe(24)
        self._port = 0
        self._config_path: Path | None = None
        self._listening = threading.Event()
        self._server = Supervisor("demo mediamtx", self._make_process, self._is_ready)
        self._publisher: RtspPublisher | None = None

    @property
    def url(self) -> str:
        """The address of the camera, which is known after `start`."""
        return f"rtsp://127.0.0.1:{self._port}/{DEMO_RTSP_PATH}"

    def start(self) -> None:
        """Start the camera, and wait until it can be watched.

        Raises
        ------
        ServiceError
            ``proxy_failed``: MediaMTX does not start, or does not accept the stream.
        """
        if self._publisher is not None:
            return
        (self._port,) = find_free_ports(1)
        self._server.ensure_ready(DEMO_START_TIMEOUT_S)
        address = f"rtsp://demo:{self._password}@127.0.0.1:{self._port}/{DEMO_RTSP_PATH}"
        self._publisher = RtspPublisher(address, StreetScene())
        if not self._publisher.start(DEMO_START_TIMEOUT_S):
            reason = Phrase("reasons.takes_no_stream")
            raise ServiceError("proxy_failed", proxy="demo mediamtx", reason=reason)
        log.info("demo camera at %s", self.url)

    def stop(self) -> None:
        """Stop publishing, and end MediaMTX."""
        if self._publisher is not None:
            self._publisher.stop()
        # When MediaMTX ends, a publisher that waits for it ends too.
        self._server.stop()
        if self._publisher is not None:
            self._publisher.join()
            self._publisher = None
        self._delete_config_file()

    def _make_process(self) -> ChildProcess:
        self._delete_config_file()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._config_path = self._folder / f"demo-{secrets.token_hex(4)}.yml"
        with file_system.open_private(self._config_path) as file:
            # JSON is YAML too.
            json.dump(self._mediamtx_config(), file, indent=1)
        self._listening.clear()
        return ChildProcess(
            "demo mediamtx",
            [self._mediamtx, self._config_path],
            on_line=self._on_log_line,
            secrets=(self._password,),
        )

    def _mediamtx_config(self) -> dict[str, object]:
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
            "paths": {DEMO_RTSP_PATH: {}},
        }

    def _on_log_line(self, line: str) -> None:
        log.debug("demo mediamtx: %s", line)
        if "[RTSP] started with listeners" in line:
            self._listening.set()

    def _is_ready(self, child: ChildProcess) -> bool:
        if not self._listening.is_set():
            return False
        self._delete_config_file()
        return True

    def _delete_config_file(self) -> None:
        if self._config_path is not None:
            file_system.remove(self._config_path, missing_ok=True)
            self._config_path = None
