"""Cameras that need almost no CPU time: an RTSP server sends one encoded file again and again."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import yaml

RATE = 25
LOOP = 10  # seconds
UDP = socket.SOCK_DGRAM
OFF = ("api", "rtmp", "hls", "webrtc", "srt", "moq", "metrics", "pprof", "playback")


@dataclass(frozen=True)
class Programs:
    mediamtx: Path
    ffmpeg: Path

    @classmethod
    def find(cls) -> Programs:
        """MediaMTX as camrec itself finds it, and the FFmpeg that pip installs."""
        import imageio_ffmpeg
        import platformdirs

        from camrec.binaries import find_program

        folder = platformdirs.user_cache_path("camrec", appauthor=False) / "tests"
        ffmpeg = Path(imageio_ffmpeg.get_ffmpeg_exe())
        return cls(find_program("mediamtx", folder=folder).path, ffmpeg)


@contextmanager
def light_cameras(
    programs: Programs,
    count: int,
    folder: Path,
    size: str = "1280x720",
    rate: str = "2M",
    *,
    even: bool = False,
) -> Iterator[list[str]]:
    """The addresses of `count` cameras with 25 frames per second at bit rate `rate`, and AAC.

    Over TCP, FFmpeg sends one frame of eight 40 ms late, because its last packet waits for an
    acknowledgement (Nagle's algorithm). With `even`, it sends over UDP and all frames are on time.
    """
    film = _film(programs.ffmpeg, folder, size, rate)
    port = free_port()
    settings = {"rtspAddress": f"127.0.0.1:{port}", "paths": {"all_others": {}}}
    if even:
        pair = free_pair()
        settings |= {"rtspTransports": ["udp", "tcp"], "rtpAddress": f"127.0.0.1:{pair}"}
        settings["rtcpAddress"] = f"127.0.0.1:{pair + 1}"
    urls = [f"rtsp://127.0.0.1:{port}/cam{number}" for number in range(count)]
    with ExitStack() as stack:
        stack.enter_context(mediamtx(programs.mediamtx, settings, folder / "cameras.yml"))
        for url in urls:
            command = [programs.ffmpeg, "-v", "error", "-re", "-stream_loop", "-1", "-i", film]
            transport = "udp" if even else "tcp"
            command += ["-c", "copy", "-f", "rtsp", "-rtsp_transport", transport, url]
            stack.enter_context(running(command))
            time.sleep(0.37)  # real cameras do not send their frames at the same moments
        for url in urls:
            _await(programs.ffmpeg, url)
        yield urls


@contextmanager
def mediamtx(program: Path, settings: dict, file: Path) -> Iterator[subprocess.Popen]:
    """A MediaMTX that offers only RTSP over TCP."""
    given = {"logLevel": "warn", "rtspTransports": ["tcp"], "writeQueueSize": 4096, **settings}
    file.write_text(yaml.safe_dump(dict.fromkeys(OFF, False) | given))
    port = int(settings["rtspAddress"].rpartition(":")[2])
    with running([program, file]) as child:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield child


@contextmanager
def running(command: list, **changes) -> Iterator[subprocess.Popen]:
    """A running program. It is terminated when the ``with`` block ends."""
    given = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, **changes}
    with subprocess.Popen([str(each) for each in command], **given) as child:
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def free_pair() -> int:
    """The first of two adjacent free UDP ports. It is even, as RTP requires."""
    for port in range(20_000, 30_000, 2):
        with ExitStack() as stack, suppress(OSError):
            for each in (port, port + 1):
                stack.enter_context(socket.socket(type=UDP)).bind(("127.0.0.1", each))
            return port
    raise RuntimeError("no two adjacent UDP ports are free")


def _film(ffmpeg: Path, folder: Path, size: str, rate: str) -> Path:
    """Encode a file of ten seconds, with a key frame every 2 s and with audio."""
    film = folder / "film.mp4"
    command = [str(ffmpeg), "-v", "error", "-y"]
    command += ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={RATE},noise=alls=6:allf=t"]
    command += ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]
    command += ["-map", "0:v", "-map", "1:a", "-t", str(LOOP), "-c:v", "libx264"]
    command += ["-preset", "superfast", "-tune", "zerolatency", "-g", str(2 * RATE)]
    command += ["-b:v", rate, "-maxrate", rate, "-bufsize", rate]
    # A little shorter than the video, so that the frame interval stays the same where it loops.
    command += ["-af", f"atrim=duration={LOOP - 0.2}", "-c:a", "aac", "-ac", "2", film]
    subprocess.run([str(each) for each in command], check=True)
    return film


def _await(ffmpeg: Path, url: str) -> None:
    """Wait until the camera sends frames."""
    command = [str(ffmpeg), "-v", "quiet", "-rtsp_transport", "tcp", "-i", url, "-t", "0.2"]
    end = time.monotonic() + 20
    while subprocess.run([*command, "-f", "null", "-"], check=False).returncode:
        if time.monotonic() > end:
            raise RuntimeError(f"{url} sends no frames")
        time.sleep(0.2)
