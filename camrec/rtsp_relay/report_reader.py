"""Reads the sender reports between the packets that the relay passes on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from camrec import clock
from camrec.rtp import ReceivedReport, parse_sender_reports
from camrec.rtsp_relay.camera_stream import RelayedTrack

MAX_UNCHECKED_REPORTS = 4  # of a track, before its next packet
SSRC_OFFSET, RTP_HEADER_BYTES = 8, 12


class SenderReportReader:
    """Looks only at the channel and the size of each packet, and reads those with RTCP.

    A report waits for the next packet of its track: if that has another SSRC, the report is about
    something else (RFC 3550, section 6.4.1), and is dropped.

    Parameters
    ----------
    tracks
        The camera's tracks.
    put
        Called with each report.
    """

    def __init__(
        self, tracks: Sequence[RelayedTrack], put: Callable[[ReceivedReport], object]
    ) -> None:
        self._tracks = {track.channel + 1: track for track in tracks}
        self._put = put
        self._unchecked: dict[int, deque[ReceivedReport]] = {}  # by the channel of the packets

    def read(self, frames: bytes) -> None:
        """Read complete interleaved frames, which may belong to any channels."""
        at, end, tracks, unchecked = 0, len(frames), self._tracks, self._unchecked
        while at < end:
            begin, at = at + 4, at + 4 + (frames[at + 2] << 8 | frames[at + 3])
            channel = frames[begin - 3]
            if unchecked and channel in unchecked:
                self._check(channel, frames[begin:at])
            if (track := tracks.get(channel)) is None:
                continue
            for report in parse_sender_reports(frames[begin:at]):
                received = ReceivedReport(track.kind, report, clock.utc_ns())
                waiting = unchecked.setdefault(track.channel, deque(maxlen=MAX_UNCHECKED_REPORTS))
                waiting.append(received)

    def _check(self, channel: int, packet: bytes) -> None:
        """Pass on the reports of a track that have the SSRC of its packet."""
        if len(packet) < RTP_HEADER_BYTES:
            return
        ssrc = int.from_bytes(packet[SSRC_OFFSET:RTP_HEADER_BYTES], "big")
        for received in self._unchecked.pop(channel):
            if received.report.ssrc == ssrc:
                self._put(received)
