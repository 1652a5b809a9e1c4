"""Writes segments into one plain MP4 file. Nothing is decoded, and each frame keeps its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.stream import Stream

from camrec import remote_files
from camrec.clock import NS_PER_SECOND
from camrec.recording.av_sync import DriftCurve, shift_at
from camrec.recording.retimed_segment import SegmentRetiming
from camrec.recording.segment import Segment

# FFmpeg's MP4 writer (movenc.c, check_pkt) makes a distance of 2**31 ticks or more one tick, so all
# that follows would be at a wrong time. That is 6 h 37 min at 90 kHz, and 6 h 13 min at 96 kHz.
MAX_PACKET_DISTANCE_S = 6 * 3600
MAX_LAST_FRAME_S = Fraction(1, 25)  # how long the last frame may last if frames are reordered
# The time of one frame is rounded differently in each segment, by a tick or two. Frames of an
# MJPEG camera may be less than a millisecond apart.
SEGMENT_ROUNDING_S = Fraction(1, 20_000)
# Four times the camera's: the camera's own timestamps can then be computed from the corrected ones,
# even if a video becomes four times shorter.
RETIMED_TICKS_PER_SECOND = 360_000


def concat(segments: Sequence[Segment], target: Path) -> None:
    """Write `segments`, which have the same codec and size, into `target`. Gaps stay gaps.

    If a segment overlaps the next one, it is cut where the next one begins: a new segment repeats
    the frames that its predecessor may have lost. The hidden lead of the first segment stays
    hidden.

    Raises OSError or av.error.FFmpegError.
    """
    options = {"avoid_negative_ts": "disabled", "movie_timescale": "90000"}
    if any(segment.retiming is not None for segment in segments):
        options["video_track_timescale"] = str(RETIMED_TICKS_PER_SECOND)
    with av.open(str(target), "w", format="mp4", options=options) as output:
        streams = _add_streams(segments, output)
        writer = _PacketWriter(output)
        for index, segment in enumerate(segments):
            following = segments[index + 1] if index + 1 < len(segments) else None
            placement = _Placement.create(segment, segments[0].origin, following)
            with remote_files.open_video(segment.path) as source:
                for packet in source.demux():
                    medium, base = packet.stream.type, packet.time_base
                    # The last packet of a stream has no times. If a file breaks off, its last
                    # packet is corrupt.
                    if packet.dts is None or packet.pts is None or packet.is_corrupt:
                        continue
                    time = packet.pts * base
                    if medium in streams and placement.includes(medium, time):
                        placement.place(packet)
                        writer.write(packet, streams[medium])


@dataclass(frozen=True)
class _Placement:
    """Where a segment is in the target, in seconds.

    offset : from the time 0 of the target to the time 0 of the segment.
    ends : where the next segment begins, in the time of this one, for each medium.
    retiming : how the times of its frames are corrected; None if they are right.
    """

    offset: Fraction
    audio_shift: DriftCurve
    ends: Mapping[str, Fraction]
    retiming: SegmentRetiming | None = None

    @classmethod
    def create(cls, segment: Segment, origin: int, following: Segment | None) -> _Placement:
        ends: dict[str, Fraction] = {}
        if following is not None:
            distance = Fraction(_as_placed(following) - _as_placed(segment), NS_PER_SECOND)
            first = _first_packet_times(following)
            ends = {medium: time + distance for medium, time in first.items()}
        offset = Fraction(segment.origin - origin, NS_PER_SECOND)
        return cls(offset, segment.audio_shift, ends, segment.retiming)

    def includes(self, medium: str, time: Fraction) -> bool:
        """Whether a packet at `time` (seconds in the segment) is from before the next segment."""
        end = self.ends.get(medium)
        return end is None or time + SEGMENT_ROUNDING_S < end

    def place(self, packet: av.Packet[Stream]) -> None:
        """Move a packet to where it is in the target."""
        assert packet.pts is not None and packet.dts is not None
        if packet.stream.type == "video" and self.retiming is not None:
            self._retime(packet, self.retiming)
            return
        shift = round(self.offset / packet.time_base)
        if packet.stream.type == "audio" and self.audio_shift:
            time = float(packet.pts * packet.time_base)
            shift += round(shift_at(self.audio_shift, time) / packet.time_base)
        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift

    def _retime(self, packet: av.Packet[Stream], retiming: SegmentRetiming) -> None:
        assert packet.pts is not None and packet.dts is not None
        base, fine = packet.time_base, Fraction(1, RETIMED_TICKS_PER_SECOND)
        begin, end = packet.pts * base, (packet.pts + (packet.duration or 0)) * base
        shift = round(self.offset / fine)
        packet.time_base = fine
        packet.pts, packet.dts = (
            retiming.ticks(time, fine) + shift for time in (begin, packet.dts * base)
        )
        packet.duration = retiming.ticks(end, fine) - retiming.ticks(begin, fine)


class _PacketWriter:
    """Writes packets so that the times of each stream increase."""

    def __init__(self, output: av.container.OutputContainer) -> None:
        self._output = output
        self._last_dts: dict[str, int] = {}

    def write(self, packet: av.Packet[Stream], stream: Stream) -> None:
        """Write `packet` into a stream of the output."""
        pts, dts = packet.pts, packet.dts
        assert pts is not None and dts is not None
        last = self._last_dts.get(stream.type)
        # The audio of two segments may be shifted differently. If it overlaps, drop the later one.
        if stream.type == "audio" and last is not None and pts <= last:
            return
        packet.dts = dts if last is None else max(dts, last + 1)
        self._last_dts[stream.type] = packet.dts
        if pts != packet.dts and packet.duration is not None:
            # This duration is the time to the next decoding time: it would lengthen the video.
            packet.duration = min(packet.duration, round(MAX_LAST_FRAME_S / packet.time_base))
        packet.stream = stream
        self._output.mux(packet)


def _as_placed(segment: Segment) -> int:
    """When the time 0 of a segment would be if its times were not corrected, monotonic ns."""
    return segment.origin - (0 if segment.retiming is None else segment.retiming.origin_shift)


def _add_streams(
    segments: Sequence[Segment], output: av.container.OutputContainer
) -> dict[str, Stream]:
    """One stream for each medium, copied from the first segment that has it."""
    streams: dict[str, Stream] = {}
    for segment in segments:
        with remote_files.open_video(segment.path) as source:
            for stream in source.streams:
                if stream.type not in streams:
                    added = streams[stream.type] = output.add_stream_from_template(stream)
                    # Apple's players do not play H.265 with the tag that the muxer would choose.
                    added.codec_context.codec_tag = stream.codec_context.codec_tag
    return streams


def _first_packet_times(segment: Segment) -> dict[str, Fraction]:
    """The time of the first packet of each medium, in seconds."""
    times: dict[str, Fraction] = {}
    with remote_files.open_video(segment.path) as source:
        media = {stream.type for stream in source.streams}
        for packet in source.demux():
            if packet.pts is not None:
                times.setdefault(packet.stream.type, packet.pts * packet.time_base)
            if media <= times.keys():
                break
    return times
