"""Draws a scene, encodes it with audio, and publishes it to an RTSP server."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Iterator

import av
import cv2
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

from camrec.clock import monotonic_s, utc_s
from camrec.demo import audio_track
from camrec.demo.drawing import SCENE_HEIGHT_PX, SCENE_WIDTH_PX, Scene

log = logging.getLogger(__name__)

VIDEO_FRAMES_PER_SECOND = 25
VIDEO_BITS_PER_SECOND = 2_500_000
AUDIO_BITS_PER_SECOND = 96_000
AAC_FRAME_SAMPLES = 1024
RECONNECT_PAUSE_S = 0.5
# If frames are delayed by more than this, because the machine slept, the publisher reconnects.
MAX_PUBLISH_DELAY_S = 10.0


class RtspPublisher:
    """Publishes until it is stopped, and reconnects when the server restarts.

    It encodes in this process and does not start FFmpeg, because the address contains a password,
    and every user of this machine can read the arguments of a process.
    """

    def __init__(self, address: str, scene: Scene) -> None:
        self._address = address
        self._scene = scene
        self._audio = audio_track.make_night_audio()
        self._stop_requested = threading.Event()
        self._publishing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="demo rtsp", daemon=True)

    def start(self, timeout: float) -> bool:
        """Start to publish. Returns whether the server took a frame within `timeout` seconds."""
        self._thread.start()
        return self._publishing.wait(timeout)

    def stop(self) -> None:
        """Stop publishing. A server that hangs may block that, so wait at most a second for it."""
        self._stop_requested.set()
        self._thread.join(1.0)

    def join(self) -> None:
        """Wait until the thread has ended."""
        self._thread.join()

    def _run(self) -> None:
        while not self._stop_requested.is_set():
            try:
                self._publish_once()
            except av.FFmpegError as error:
                # The text of the error contains the address.
                log.warning("the demo camera was interrupted (%s)", error.strerror)
            self._stop_requested.wait(RECONNECT_PAUSE_S)

    def _publish_once(self) -> None:
        """Publish over one connection until it ends."""
        options = {"rtsp_transport": "tcp", "pkt_size": "1400"}
        with av.open(self._address, "w", format="rtsp", options=options) as server:
            video, audio = _add_video_stream(server), _add_audio_stream(server)
            audio_frames = self._audio_frames()
            started_at, number, sent_samples = monotonic_s(), 0, 0
            while not self._stop_requested.wait(
                max(0.0, started_at + number / VIDEO_FRAMES_PER_SECOND - monotonic_s())
            ):
                server.mux(video.encode(self._make_video_frame(number)))
                while (
                    sent_samples * VIDEO_FRAMES_PER_SECOND
                    < (number + 1) * audio_track.AUDIO_SAMPLE_RATE_HZ
                ):
                    server.mux(audio.encode(next(audio_frames)))
                    sent_samples += AAC_FRAME_SAMPLES
                self._publishing.set()
                late = monotonic_s() - started_at - number / VIDEO_FRAMES_PER_SECOND
                if late > MAX_PUBLISH_DELAY_S:
                    return
                # A busy machine skips frames, as a camera would.
                number += max(1, int(late * VIDEO_FRAMES_PER_SECOND))

    def _make_video_frame(self, number: int) -> av.VideoFrame:
        planes = np.asarray(
            cv2.cvtColor(self._scene.draw(utc_s()), cv2.COLOR_BGR2YUV_I420), np.uint8
        )
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = number
        return frame

    def _audio_frames(self) -> Iterator[av.AudioFrame]:
        """Yield the audio frames from now on. A tick marks the start of each second of UTC."""
        begin = int(utc_s() * audio_track.AUDIO_SAMPLE_RATE_HZ) % self._audio.size
        for pts in itertools.count(0, AAC_FRAME_SAMPLES):
            samples = self._audio.take(
                range(begin + pts, begin + pts + AAC_FRAME_SAMPLES), mode="wrap"
            )
            frame = av.AudioFrame.from_ndarray(samples[None, :], format="fltp", layout="mono")
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
