"""Reads the sender reports between the packets that the relay passes on."""

from __future__ import annotations

from collections.abc import Sequence

from camrec import clock
from camrec.rtp import ReceivedReport, ReportQueue, parse_sender_reports
from camrec.rtsp_relay.camera_stream import RelayedTrack


class SenderReportReader:
    """Looks only at the channel and the size of each packet, and reads those with RTCP.

    Parameters
    ----------
    tracks
        The camera's tracks.
    queue
        Where the reports go.
    """

    def __init__(self, tracks: Sequence[RelayedTrack], queue: ReportQueue) -> None:
        self._tracks = {track.channel + 1: track for track in tracks}
        self._queue = queue

    def read(self, frames: bytes) -> None:
        """Read complete interleaved frames, which may belong to any channels."""
        at, end, tracks = 0, len(frames), self._tracks
        while at < end:
            begin, at = at + 4, at + 4 + (frames[at + 2] << 8 | frames[at + 3])
            if (track := tracks.get(frames[begin - 3])) is None:
                continue
            for report in parse_sender_reports(frames[begin:at]):
                self._queue.put(ReceivedReport(track.kind, report, clock.utc_ns()))
