"""Servers of live video: camrec, go2rtc and MediaMTX, each with its ways to watch.

A way is a page that shows the camera in one element, and the address of the same stream for viewers
without a browser.
"""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

import yaml
from light import Programs, free_port, mediamtx, running

HERE = Path(__file__).parent
MODULES = ["api", "ws", "http", "rtsp", "webrtc", "mp4", "mjpeg", "exec", "ffmpeg"]  # of go2rtc


@dataclass(frozen=True)
class Way:
    """One way to watch the camera.

    page : the URL that the browser opens first. The video is not on this page yet.
    script : JavaScript that sets `window.shown`, the element with the video.
    taking : the ADDRESS argument of `live_viewers.py`, or None if a browser is required.
    """

    name: str
    page: str
    script: str
    taking: str | None


class Server(ABC):
    """A context manager: a server that stays connected to the camera inside the ``with`` block."""

    name: str

    def __init__(self, programs: Programs, camera: str, folder: Path) -> None:
        self._programs = programs
        self._camera = camera
        self._folder = folder / self.name
        self._folder.mkdir()
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *error) -> None:
        self._stack.close()

    @property
    def pid(self) -> int:
        return self._child.pid

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def ways(self) -> list[Way]: ...


class Camrec(Server):
    name = "camrec"

    def start(self) -> None:
        self._child, told = open_camrec(self._stack, self._folder, [self._camera])
        self._url, (self._session,) = told["url"], told["sessions"]

    def ways(self) -> list[Way]:
        stream = f"{self._url.replace('http', 'ws')}/stream?session_id={self._session}"
        page = f"{self._url}/health"  # any document of the same host
        shown = (
            scripts()
            + f"""
          window.live = liveStream(life, () => "{stream}")
          Object.defineProperty(window, "shown", {{ get: () => live.element.firstElementChild }})
          document.body.append(live.element)
          live.run(true)
        """
        )
        return [
            Way("camrec, H.264", page, shown, f"{stream}&mode=h264"),
            Way(
                "camrec, JPEG", page, "delete window.VideoDecoder\n" + shown, f"{stream}&mode=page"
            ),
        ]


class Go2rtc(Server):
    name = "go2rtc"

    def start(self) -> None:
        self._port = free_port()
        rtc = free_port()
        settings = {
            "app": {"modules": MODULES},
            "api": {"listen": f"127.0.0.1:{self._port}"},
            "rtsp": {"listen": f"127.0.0.1:{free_port()}"},
            "webrtc": {
                "listen": f"127.0.0.1:{rtc}",
                "candidates": [f"127.0.0.1:{rtc}"],
                "filters": {"loopback": True},
            },
            "ffmpeg": {"bin": str(self._programs.ffmpeg)},
            "streams": {"cam": self._camera, "jpeg": "ffmpeg:cam#video=mjpeg"},
            "log": {"level": "error"},
        }
        file = self._folder / "go2rtc.yaml"
        file.write_text(yaml.safe_dump(settings))
        program = find_go2rtc()
        self._child = self._stack.enter_context(running([program, "-c", file]))
        await_port(self._port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def ways(self) -> list[Way]:
        url = self.url
        video = """
          const { VideoRTC } = await import("./video-rtc.js")
          const known = customElements.get("bench-video")
          if (!known) customElements.define("bench-video", class extends VideoRTC {})
          const element = document.createElement("bench-video")
          element.mode = "MODE"
          element.background = true
          document.body.append(element)
          element.src = new URL("api/ws?src=cam", location.href)
          window.shown = element.video
        """
        jpeg = """
          window.shown = new Image()
          document.body.append(shown)
          shown.src = "api/stream.mjpeg?src=jpeg"
        """
        socket_url = f"ws://127.0.0.1:{self._port}/api/ws?src=cam"
        return [
            Way("go2rtc, MSE", f"{url}/", video.replace("MODE", "mse"), f"mse {socket_url}"),
            Way("go2rtc, WebRTC", f"{url}/", video.replace("MODE", "webrtc"), None),
            Way("go2rtc, MJPEG", f"{url}/", jpeg, f"{url}/api/stream.mjpeg?src=jpeg"),
        ]


class MediaMTX(Server):
    name = "MediaMTX"

    def start(self) -> None:
        self._port = free_port()
        settings = {
            "rtspAddress": f"127.0.0.1:{free_port()}",
            "webrtc": True,
            "webrtcAddress": f"127.0.0.1:{self._port}",
            "webrtcLocalUDPAddress": f"127.0.0.1:{free_port()}",
            "webrtcAdditionalHosts": ["127.0.0.1"],
            "pathDefaults": {"rtspTransport": "tcp"},
            "paths": {"cam": {"source": self._camera}},
        }
        server = mediamtx(self._programs.mediamtx, settings, self._folder / "mediamtx.yml")
        self._child = self._stack.enter_context(server)
        await_port(self._port)

    def ways(self) -> list[Way]:
        script = """
          window.shown = document.createElement("video")
          shown.muted = shown.autoplay = true
          document.body.append(shown)
          const link = new RTCPeerConnection()
          link.addTransceiver("video", { direction: "recvonly" })
          link.ontrack = ({ streams }) => (shown.srcObject = streams[0])
          await link.setLocalDescription(await link.createOffer())
          const gathered = () => link.iceGatheringState === "complete"
          while (!gathered()) await new Promise((done) => setTimeout(done, 5))
          const answer = await fetch("/cam/whep", {
            method: "POST",
            headers: { "Content-Type": "application/sdp" },
            body: link.localDescription.sdp,
          })
          await link.setRemoteDescription({ type: "answer", sdp: await answer.text() })
        """
        # Not the page that shows the path: that page would be a viewer itself.
        page = f"http://127.0.0.1:{self._port}/cam/publish"
        return [Way("MediaMTX, WebRTC", page, script, None)]


SERVERS = (Camrec, Go2rtc, MediaMTX)


def open_camrec(
    stack: contextlib.ExitStack, folder: Path, cameras: list[str]
) -> tuple[subprocess.Popen, dict]:
    """Start camrec with these cameras open: its process, and its URL and session IDs."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, HERE / "live_side.py", folder, *cameras]
    child = stack.enter_context(running(command, stdout=subprocess.PIPE, text=True))
    stack.callback(child.stdin.close)
    return child, json.loads(child.stdout.readline())


def scripts() -> str:
    """The page's own code, with a lifetime that never ends."""
    from camrec.dashboard.bundler import bundle

    return f"""
      const {{ liveStream }} = {bundle("live/live_stream.js")}
      const life = {{
        add() {{}}, end() {{}}, on() {{}}, every: (each, tick) => setInterval(tick, each),
        onResize: (element, changed) => new ResizeObserver(changed).observe(element),
      }}
    """


def find_go2rtc() -> Path:
    import platformdirs

    from camrec.binaries import find_program

    return find_program(
        "go2rtc", folder=platformdirs.user_cache_path("camrec", appauthor=False) / "tests"
    ).path


def await_port(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}")
