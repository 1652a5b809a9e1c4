"""What FFmpeg has written of a segment when everything is killed."""

from __future__ import annotations

import pytest

from camrec.recording.encoding import DEFAULT_ENCODING
from camrec.recording.ffmpeg_segment import FFmpegSegment
from camrec.recording.media_info import shows_a_frame
from camrec.recording.segment_start import create_timeline
from camrec.recording.timeline import ClockMap
from support.studio import shown
from support.units_made import until, video_units

TIMES = [number / 10 for number in range(12)]


@pytest.mark.parametrize("codec", ["h264", "mjpeg"])
def test_small_frames_are_written_before_there_are_twenty(codec, tmp_path, ffmpeg):
    units = video_units(TIMES, codec=codec, gop=10, size=(160, 120))
    clock_map = ClockMap()
    clock_map.learn(units[:1], None)
    timeline = create_timeline(units[:1], clock_map, None)
    encoding = DEFAULT_ENCODING.for_stream(units[0])
    segment = FFmpegSegment(tmp_path / "part-1.mp4", ffmpeg, timeline, encoding)
    segment.start()
    try:
        for unit in units:
            segment.write(unit)
        segment.flush()
        until(lambda: shows_a_frame(segment.path), 60)
    finally:
        segment.finish()
    assert shown(segment.path)[1] == list(range(len(units)))
