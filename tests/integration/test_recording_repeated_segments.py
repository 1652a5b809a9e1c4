"""What is lost if FFmpeg is killed, and everything is killed while the next FFmpeg starts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from camrec.clock import iso_to_utc_ns
from camrec.journal import SegmentRecord
from camrec.recording import RecordingState, ResumeState
from support.studio import Studio, shown
from support.units_made import irregular, video_units

UNITS = video_units(irregular(8), gop=10)


def record_segments(made: Studio, spans: Sequence[tuple[float, float]]) -> ResumeState:
    """Leave a segment for each span, seconds from begin to end, in the folder of the recording
    that comes next.
    """
    moments = sorted({0.0, *(moment for span in spans for moment in span)})
    begins = dict(spans)
    for at, later in zip(moments, [*moments[1:], moments[-1]], strict=True):
        if at in begins:
            made.record(begins[at] - at)
        made.play(UNITS, at, later)
    assert all(recording.wait(30) for recording in made.recordings)
    folder = made.folder / f"parts-{len(made.recordings)}"
    folder.mkdir()
    by_begin = sorted(made.saved, key=lambda saved: saved[1].started_at)
    segments = []
    for number, (path, receipt) in enumerate(by_begin, 1):
        path.rename(folder / f"part-{number}.mp4")
        zero = iso_to_utc_ns(receipt.started_at)
        segments.append(SegmentRecord(file=f"part-{number}.mp4", zero=zero))
    made.saved.clear()
    return ResumeState(segments[0].zero, segments, "stopped", made.clock.utc_ns())


@pytest.mark.parametrize(
    ("spans", "needed"),
    [
        ([(0, 5), (4, 7)], 2),
        ([(0, 5), (2, 3)], 1),
        ([(0, 5), (2, 3), (4, 7)], 2),
        ([(0, 4), (1, 2), (2, 3)], 1),
    ],
    ids=["repeated whole", "killed in between", "then continued", "killed twice"],
)
def test_a_segment_that_repeats_only_some_frames_takes_none_of_the_others(spans, needed, studio):
    resume = record_segments(studio, spans)
    folder = studio.folder / f"parts-{len(studio.recordings)}"
    recording = studio.record(60, resume=resume)
    assert recording.wait(30) and recording.state is RecordingState.SAVED
    [(path, receipt)] = studio.saved
    end = studio.begin + max(end for _, end in spans) * 10**9
    expected = [number for number, unit in enumerate(UNITS) if unit.arrived < end]
    assert shown(path)[1] == expected
    assert receipt.parts == needed and len(receipt.gaps) <= 1 and not folder.exists()
