"""Draws a scene, encodes it with its sound, and sends it to an RTSP server."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Iterator

import av
import cv2
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

from camrec.demo import audio_track
from camrec.demo.drawing import HEIGHT, WIDTH, Scene

log = logging.getLogger(__name__)

RATE = 25
BIT_RATE = 2_500_000
SOUND_BIT_RATE = 96_000
SAMPLES = 1024
PAUSE = 0.5
# Later than this (the machine slept) it begins anew.
LATEST = 10.0


class Broadcast:
    """Sends until it is asked to stop, and comes back when the server does.

    In this process and not in an FFmpeg beside it: the address holds a password, and an argument
    can be read by everyone on this machine.
    """

    def __init__(self, address: str, scene: Scene) -> None:
        self._address = address
        self._scene = scene
        self._sound = audio_track.evening()
        self._stop_asked = threading.Event()
        self._on_air = threading.Event()
        self._thread = threading.Thread(target=self._run, name="demo rtsp", daemon=True)

    def start(self, timeout: float) -> bool:
        """Whether the server took the first picture within `timeout` seconds."""
        self._thread.start()
        return self._on_air.wait(timeout)

    def stop(self) -> None:
        """End it; after a second it is not waited for: a server that hangs holds it up."""
        self._stop_asked.set()
        self._thread.join(1.0)

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        while not self._stop_asked.is_set():
            try:
                self._run_once()
            except av.FFmpegError as error:
                # Its text holds the address.
                log.warning("the demo camera was interrupted (%s)", error.strerror)
            self._stop_asked.wait(PAUSE)

    def _run_once(self) -> None:
        """One connection, to its end."""
        options = {"rtsp_transport": "tcp", "pkt_size": "1400"}
        with av.open(self._address, "w", format="rtsp", options=options) as server:
            video, audio = _video_stream(server), _audio_stream(server)
            sounds = self._sounds()
            begun, number, heard = time.monotonic(), 0, 0
            while not self._stop_asked.wait(max(0.0, begun + number / RATE - time.monotonic())):
                server.mux(video.encode(self._picture(number)))
                while heard * RATE < (number + 1) * audio_track.RATE:
                    server.mux(audio.encode(next(sounds)))
                    heard += SAMPLES
                self._on_air.set()
                late = time.monotonic() - begun - number / RATE
                if late > LATEST:
                    return
                # A busy machine leaves pictures out, as a camera would.
                number += max(1, int(late * RATE))

    def _picture(self, number: int) -> av.VideoFrame:
        planes = cv2.cvtColor(self._scene.draw(time.time()), cv2.COLOR_BGR2YUV_I420)
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = number
        return frame

    def _sounds(self) -> Iterator[av.AudioFrame]:
        """The sound from now on, in pieces; its tick is heard when a second of the clock begins."""
        begin = int(time.time() * audio_track.RATE) % self._sound.size
        for pts in itertools.count(0, SAMPLES):
            piece = self._sound.take(range(begin + pts, begin + pts + SAMPLES), mode="wrap")
            frame = av.AudioFrame.from_ndarray(piece[None, :], format="fltp", layout="mono")
            frame.rate, frame.pts = audio_track.RATE, pts
            yield frame


def _video_stream(server: OutputContainer) -> VideoStream:
    options = {"preset": "ultrafast", "tune": "zerolatency", "g": str(RATE), "threads": "1"}
    video = server.add_stream("libx264", rate=RATE, options=options)
    video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    video.bit_rate = BIT_RATE
    return video


def _audio_stream(server: OutputContainer) -> AudioStream:
    audio = server.add_stream("aac", rate=audio_track.RATE, layout="mono")
    audio.bit_rate = SOUND_BIT_RATE
    return audio
