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
from camrec.demo.drawing import SCENE_HEIGHT_PX, SCENE_WIDTH_PX, Scene

log = logging.getLogger(__name__)

VIDEO_FRAMES_PER_SECOND = 25
VIDEO_BITS_PER_SECOND = 2_500_000
AUDIO_BITS_PER_SECOND = 96_000
AAC_FRAME_SAMPLES = 1024
RECONNECT_PAUSE_S = 0.5
# Later than this (the machine slept) it begins anew.
MAX_PUBLISH_DELAY_S = 10.0


class RtspPublisher:
    """Sends until it is asked to stop, and comes back when the server does.

    In this process and not in an FFmpeg beside it: the address holds a password, and an argument
    can be read by everyone on this machine.
    """

    def __init__(self, address: str, scene: Scene) -> None:
        self._address = address
        self._scene = scene
        self._audio = audio_track.make_night_audio()
        self._stop_requested = threading.Event()
        self._publishing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="demo rtsp", daemon=True)

    def start(self, timeout: float) -> bool:
        """Whether the server took the first picture within `timeout` seconds."""
        self._thread.start()
        return self._publishing.wait(timeout)

    def stop(self) -> None:
        """End it; after a second it is not waited for: a server that hangs holds it up."""
        self._stop_requested.set()
        self._thread.join(1.0)

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        while not self._stop_requested.is_set():
            try:
                self._publish_once()
            except av.FFmpegError as error:
                # Its text holds the address.
                log.warning("the demo camera was interrupted (%s)", error.strerror)
            self._stop_requested.wait(RECONNECT_PAUSE_S)

    def _publish_once(self) -> None:
        """One connection, to its end."""
        options = {"rtsp_transport": "tcp", "pkt_size": "1400"}
        with av.open(self._address, "w", format="rtsp", options=options) as server:
            video, audio = _add_video_stream(server), _add_audio_stream(server)
            sounds = self._audio_frames()
            begun, number, heard = time.monotonic(), 0, 0
            while not self._stop_requested.wait(
                max(0.0, begun + number / VIDEO_FRAMES_PER_SECOND - time.monotonic())
            ):
                server.mux(video.encode(self._make_video_frame(number)))
                while (
                    heard * VIDEO_FRAMES_PER_SECOND
                    < (number + 1) * audio_track.AUDIO_SAMPLE_RATE_HZ
                ):
                    server.mux(audio.encode(next(sounds)))
                    heard += AAC_FRAME_SAMPLES
                self._publishing.set()
                late = time.monotonic() - begun - number / VIDEO_FRAMES_PER_SECOND
                if late > MAX_PUBLISH_DELAY_S:
                    return
                # A busy machine leaves pictures out, as a camera would.
                number += max(1, int(late * VIDEO_FRAMES_PER_SECOND))

    def _make_video_frame(self, number: int) -> av.VideoFrame:
        planes = cv2.cvtColor(self._scene.draw(time.time()), cv2.COLOR_BGR2YUV_I420)
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = number
        return frame

    def _audio_frames(self) -> Iterator[av.AudioFrame]:
        """The sound from now on, in pieces; its tick is heard when a second of the clock begins."""
        begin = int(time.time() * audio_track.AUDIO_SAMPLE_RATE_HZ) % self._audio.size
        for pts in itertools.count(0, AAC_FRAME_SAMPLES):
            piece = self._audio.take(
                range(begin + pts, begin + pts + AAC_FRAME_SAMPLES), mode="wrap"
            )
            frame = av.AudioFrame.from_ndarray(piece[None, :], format="fltp", layout="mono")
            frame.rate, frame.pts = audio_track.AUDIO_SAMPLE_RATE_HZ, pts
            yield frame


def _add_video_stream(server: OutputContainer) -> VideoStream:
    options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "g": str(VIDEO_FRAMES_PER_SECOND),
        "threads": "1",
    }
    video = server.add_stream("libx264", rate=VIDEO_FRAMES_PER_SECOND, options=options)
    video.width, video.height, video.pix_fmt = SCENE_WIDTH_PX, SCENE_HEIGHT_PX, "yuv420p"
    video.bit_rate = VIDEO_BITS_PER_SECOND
    return video


def _add_audio_stream(server: OutputContainer) -> AudioStream:
    audio = server.add_stream("aac", rate=audio_track.AUDIO_SAMPLE_RATE_HZ, layout="mono")
    audio.bit_rate = AUDIO_BITS_PER_SECOND
    return audio
