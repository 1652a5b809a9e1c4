"""An entry of the journal."""

from __future__ import annotations

from camrec.journal import JournalEntry, SegmentRecord
from support.units_made import SECOND

ENTRY = JournalEntry(
    recording_id="aa",
    session_id="bb",
    session_name="Door",
    address="rtsp://user:canary@camera/stream",
    name="Door",
    duration=20,
    started_at=1_790_000_000 * SECOND,
    parts=(SegmentRecord(file="part-1.mp4", zero=1_790_000_000 * SECOND),),
)
