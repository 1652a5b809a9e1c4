"""Measure the CPU time and the size of a recorded minute of MJPEG for each `mjpeg_preset`.

    python benchmarks/mjpeg_presets.py [SECONDS]

All presets encode the same frames of one noisy, moving 720p25 scene. They take turns for three
rounds; the result is the median. The units are CPU-seconds of FFmpeg alone and megabytes, both per
minute.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np

from camrec.config import Config
from camrec.media import VideoTrack
from camrec.recording.encoding import EncodingPolicy
from camrec.recording.ffmpeg_args import build_arguments, detect_features
from camrec.recording.nut import NutMuxer, NutStream

WIDTH, HEIGHT, RATE = 1280, 720, 25
ROUNDS = 3
TICKS = 90_000


def main(seconds: int) -> None:
    track = VideoTrack("mjpeg", WIDTH, HEIGHT)
    film = b"".join(_nut(track, seconds))
    programs = [Path(imageio_ffmpeg.get_ffmpeg_exe()), Path("/usr/bin/ffmpeg")]
    print(f"{seconds} s of {WIDTH}x{HEIGHT} at {RATE} fps, {len(film) / seconds / 1e6:.2f} MB/s")
    for program in filter(Path.exists, programs):
        print(f"\n{_version(program)}\n{'preset':<12}{'CPU-s per minute':>18}{'MB per minute':>15}")
        runs: dict[str, list[tuple[float, float]]] = {}
        for _ in range(ROUNDS):
            for preset in Config.param["mjpeg_preset"].objects:
                runs.setdefault(preset, []).append(_encode(program, track, film, preset))
        for preset, measured in runs.items():
            cpu, size = (
                statistics.median(each) * 60 / seconds for each in zip(*measured, strict=True)
            )
            print(f"{preset:<12}{cpu:>18.1f}{size / 1e6:>15.1f}")


def _encode(program: Path, track: VideoTrack, film: bytes, preset: str) -> tuple[float, float]:
    """The CPU-seconds and the file size in bytes of one run."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "video.mp4"
        coding = EncodingPolicy(mjpeg_preset=preset)
        command = [
            program,
            *build_arguments(detect_features(program), track, None, 1.0, file, coding),
        ]
        before = os.times()
        subprocess.run(command, input=film, check=True, capture_output=True)
        after = os.times()
        cpu = sum(after[2:4]) - sum(before[2:4])
        return cpu, file.stat().st_size


def _nut(track: VideoTrack, seconds: int) -> list[bytes]:
    nut = NutMuxer(NutStream(track, TICKS))
    pieces = [nut.header()]
    for number in range(seconds * RATE):
        ticks = TICKS + number * TICKS // RATE
        pieces += nut.frame(0, ticks, True, _picture(number))
    return pieces


def _picture(number: int) -> bytes:
    """A background of gradients with moving boxes and sensor noise, as a JPEG."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    scene = np.stack([rows // 4, columns // 6, (rows + columns) // 9], axis=-1).astype(np.int16)
    for box in range(6):
        x, y = (number * (3 + box) + box * 211) % WIDTH, 80 + box * 100
        scene[y : y + 60, x : x + 90] = (40 * box, 255 - 40 * box, 120)
    noise = np.random.default_rng(number).normal(0, 3, scene.shape)
    picture = np.clip(scene + noise, 0, 255).astype(np.uint8)
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()


def _version(program: Path) -> str:
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=True)
    return " ".join(said.stdout.split()[:3])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
