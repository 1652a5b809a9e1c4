"""The process of a GStreamer camera: on this machine, or on the Linux around Wine.

GStreamer's RTSP server is for Linux only. When the tests run in Wine,
`tests/windows/camera_host.py` runs the cameras outside, and CAMREC_CAMERA_HOST is its port.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path, PurePath

from support.cameras import provision

PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).with_name("gst_rtsp.py")
PACKAGES = ["python3-gi", "gir1.2-gst-rtsp-server-1.0", "gstreamer1.0-libav"]
PACKAGES += [f"gstreamer1.0-plugins-{kind}" for kind in ("base", "good", "bad", "ugly")]
ELEMENTS = "x264enc x265enc avenc_aac opusenc alawenc rtph264pay rtpmp4gpay rtpopuspay"
HOST_PORT = "CAMREC_CAMERA_HOST"
HOST_ROOT = "Z:" if os.name == "nt" else ""  # where Wine shows Linux' files
START_TIMEOUT_S = 20


class GstProcess:
    """The camera as a process of this machine; it serves at `port`."""

    def __init__(self, options: dict) -> None:
        provision.apt(*PACKAGES, program=PYTHON, present=installed)
        # The options go through stdin: a test may search every argv for the password.
        self._child = subprocess.Popen(
            [PYTHON, str(SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._child.stdin.write(json.dumps(options).encode() + b"\n")
        self._child.stdin.flush()
        watchdog = threading.Timer(START_TIMEOUT_S, self._child.kill)
        watchdog.start()
        line = self._child.stdout.readline()
        watchdog.cancel()
        watchdog.join()
        if not line:
            self.kill()
            raise RuntimeError("the test camera did not start")
        self.port: int = json.loads(line)["port"]

    def kill(self) -> None:
        self._child.kill()
        with contextlib.suppress(BrokenPipeError):
            self._child.stdin.close()
        self._child.stdout.close()
        self._child.wait()

    def freeze(self) -> None:
        os.kill(self._child.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self._child.pid, signal.SIGCONT)


class HostedGstProcess:
    """The same, run by the camera host: it lives as long as the connection to that."""

    def __init__(self, options: dict) -> None:
        address = ("127.0.0.1", int(os.environ[HOST_PORT]))
        self._socket = socket.create_connection(address, timeout=2 * START_TIMEOUT_S)
        self._lines = self._socket.makefile("rb")
        # Python's monotonic clock in Wine is this one of Linux.
        answer = self._ask(json.dumps({**options, "clock": "CLOCK_MONOTONIC_RAW"}))
        if not answer:
            self.kill()
            raise RuntimeError("the camera host started no camera")
        self.port: int = json.loads(answer)["port"]

    def kill(self) -> None:
        self._socket.shutdown(socket.SHUT_WR)
        while self._lines.readline():  # until the host has killed it and hangs up
            pass
        self._lines.close()
        self._socket.close()

    def freeze(self) -> None:
        self._ask("freeze")

    def thaw(self) -> None:
        self._ask("thaw")

    def _ask(self, line: str) -> bytes:
        self._socket.sendall(line.encode() + b"\n")
        return self._lines.readline()


def start_camera(options: dict) -> GstProcess | HostedGstProcess:
    """Run `gst_rtsp.py` with `options`, where there is GStreamer."""
    return HostedGstProcess(options) if HOST_PORT in os.environ else GstProcess(options)


def log_folder() -> tempfile.TemporaryDirectory:
    """A folder for the camera's log, which both of them see."""
    shared = f"{HOST_ROOT}/tmp" if HOST_PORT in os.environ else None
    return tempfile.TemporaryDirectory(prefix="camera-", dir=shared)


def camera_path(file: PurePath) -> str:
    """The path of a file for the camera."""
    return file.as_posix().removeprefix(HOST_ROOT)


def installed() -> bool:
    """Whether this machine has what the camera is made with."""
    asked = (
        "import gi; gi.require_version('Gst', '1.0'); gi.require_version('GstRtspServer', '1.0');"
        "from gi.repository import Gst, GstRtspServer; Gst.init(None);"
        f"assert all(map(Gst.ElementFactory.find, '{ELEMENTS}'.split()))"
    )
    try:
        tried = subprocess.run([PYTHON, "-c", asked], capture_output=True, timeout=60)
    except OSError:
        return False
    return tried.returncode == 0
