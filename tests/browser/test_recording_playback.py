"""How a browser plays a recording: from the frame at which Record was pressed to the last one."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest

from support.cameras import barcode
from support.studio import Studio, expected
from support.units_made import SECOND, audio_units, irregular, mixed, until, video_units

pytestmark = pytest.mark.browser

LOAD = """async address => {
  const video = document.createElement("video");
  video.id = "video";
  video.muted = true;
  video.src = address;
  document.body.append(video);
  await new Promise((done, failed) => {
    video.requestVideoFrameCallback(done);
    video.onerror = () => failed(new Error(video.error.message));
  });
  return video.duration;
}"""
SEEK = """async seconds => {
  const video = document.getElementById("video");
  if (seconds !== null) {
    const seen = new Promise(done => { video.onseeked = done; });
    video.currentTime = seconds;
    await seen;
  }
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const pencil = canvas.getContext("2d");
  pencil.drawImage(video, 0, 0);
  const rows = Math.floor(canvas.height / 8);
  const data = pencil.getImageData(0, 0, canvas.width, rows).data;
  return Array.from({length: canvas.width * rows}, (_, at) => data[4 * at]);
}"""


def number(page, seconds: float | None, size: tuple[int, int]) -> int | None:
    """The number on the frame at `seconds`; if that is None, on the frame that is shown now."""
    band = np.array(page.evaluate(SEEK, seconds), np.uint8).reshape(-1, size[0])
    picture = np.full((size[1], size[0]), 128, np.uint8)
    picture[: len(band)] = band
    return barcode.read(picture)


@pytest.mark.parametrize("kind", ["h264", "b-frames", "mjpeg"])
def test_chromium_plays_a_recording_from_the_frame_at_the_button(
    studio: Studio, ffmpeg: Path, chromium, kind
):
    times = irregular(16)
    video = {
        "h264": lambda: video_units(times, gop=50),
        "b-frames": lambda: video_units(times, gop=50, b_frames=2),
        "mjpeg": lambda: video_units(times, codec="mjpeg"),
    }[kind]()
    units = mixed(video, audio_units(16.0))
    studio.play(units, -1, 3.41)
    recording = studio.record(12, ffmpeg=ffmpeg)
    studio.play(units, 3.41, 16)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    begun = studio.begin + round(3.41 * SECOND)
    moments, numbers = expected(units, begun, begun + 12 * SECOND)
    page = chromium.new_page()
    try:
        encoded = base64.b64encode(path.read_bytes()).decode()
        duration = page.evaluate(LOAD, f"data:video/mp4;base64,{encoded}")
        size = (receipt.width, receipt.height)
        assert number(page, None, size) == numbers[0]
        assert duration == pytest.approx(receipt.duration, abs=0.1)
        for place in (0, 1, len(numbers) // 3, len(numbers) // 2, len(numbers) - 1):
            if number(page, moments[place] + 0.004, size) != numbers[place]:
                # It reports that it has sought, and paints a moment later.
                until(lambda place=place: number(page, None, size) == numbers[place])
    finally:
        page.close()
