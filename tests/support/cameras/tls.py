"""RTSP cameras that speak TLS (rtsps)."""

from __future__ import annotations

import json
import ssl
import subprocess
import threading
from pathlib import Path
from typing import ClassVar

from support.cameras.raw_server import RawServer
from support.free_port import free_port
from support.programs import programs
from support.units_made import until

FILM = "testsrc2=size=320x240:rate=25"
ENCODER = ("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "25")


class TlsServer(RawServer):
    """A raw camera that speaks TLS: the first base of a class, next to that of a camera.

    certificate : a PEM file with key and certificate.
    """

    certificate: ClassVar[str] = ""

    def _serve(self, connection):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        try:
            connection.peer = context.wrap_socket(connection.peer, server_side=True)
        except OSError:
            connection.peer.close()
            with self._lock:
                del self._open[connection.number]
            return
        super()._serve(connection)


class TlsMediamtx:
    """MediaMTX as a camera with TLS at `url`, for as long as the ``with`` lasts.

    FFmpeg publishes to it. Its sender reports are MediaMTX's: at the first key frame, then one
    every 10 s.
    """

    def __init__(self, folder: Path, certificate: Path) -> None:
        self._folder, self._certificate = folder, certificate
        self._port, tls_port = free_port(), free_port()
        self._tls_address = f"127.0.0.1:{tls_port}"
        self.url = f"rtsps://{self._tls_address}/cam"
        self._lines: list[str] = []

    def __enter__(self) -> TlsMediamtx:
        config = self._folder / "tls.yml"
        config.write_text(json.dumps(self._settings()), "utf-8")  # JSON is YAML too
        self._server = subprocess.Popen(
            [programs().mediamtx, config],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._log = threading.Thread(target=lambda: self._lines.extend(self._server.stdout))
        self._log.start()
        until(lambda: self._has_logged("started with listeners"))
        publish = [programs().ffmpeg, "-v", "error", "-re", "-f", "lavfi", "-i", FILM, *ENCODER]
        publish += ["-f", "rtsp", "-rtsp_transport", "tcp", f"rtsp://127.0.0.1:{self._port}/cam"]
        self._publisher = subprocess.Popen(publish, stdin=subprocess.DEVNULL)
        until(lambda: self._has_logged("is publishing to path"))
        return self

    def __exit__(self, *_: object) -> None:
        for child in (self._publisher, self._server):
            child.kill()
            child.wait()
        self._log.join()
        self._server.stdout.close()

    def _has_logged(self, text: str) -> bool:
        return any(text in line for line in list(self._lines))

    def _settings(self) -> dict[str, object]:
        others = ("api", "rtmp", "hls", "webrtc", "srt", "moq")
        return {
            "rtspAddress": f"127.0.0.1:{self._port}",
            "rtspsAddress": self._tls_address,
            "rtspEncryption": "optional",
            "rtspServerKey": str(self._certificate),
            "rtspServerCert": str(self._certificate),
            "rtspTransports": ["tcp"],
            **dict.fromkeys(others, False),
            "paths": {"cam": {}},
        }
