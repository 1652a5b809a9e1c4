"""An entry of the journal."""

from __future__ import annotations

from camrec.journal import Entry, Piece
from support.units_made import SECOND

ENTRY = Entry(
    recording_id="aa",
    session_id="bb",
    session_name="Door",
    address="rtsp://user:canary@camera/stream",
    name="Door",
    duration=20,
    started_at=1_790_000_000 * SECOND,
    parts=(Piece(file="part-1.mp4", zero=1_790_000_000 * SECOND),),
)
