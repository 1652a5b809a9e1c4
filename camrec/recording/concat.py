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
from camrec.recording.segment import Segment

MAX_LAST_FRAME_S = Fraction(1, 25)  # how long the last frame may last if frames are reordered
# The time of one frame is rounded differently in each segment, by a tick or two. Frames of an
# MJPEG camera may be less than a millisecond apart.
SEGMENT_ROUNDING_S = Fraction(1, 20_000)


def concat(segments: Sequence[Segment], target: Path) -> None:
    """Write `segments`, which have the same codec and size, into `target`. Gaps stay gaps.

    If a segment overlaps the next one, it is cut where the next one begins: a new segment repeats
    the frames that its predecessor may have lost. The hidden lead of the first segment stays
    hidden.

    Raises OSError or av.error.FFmpegError.
    """
    options = {"avoid_negative_ts": "disabled", "movie_timescale": "90000"}
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
                        shift = placement.shift(medium, time, base)
                        writer.write(
                            packet, packet.pts + shift, packet.dts + shift, streams[medium]
                        )


@dataclass(frozen=True)
class _Placement:
    """Where a segment is in the target, in seconds.

    offset : from the time 0 of the target to the time 0 of the segment.
    ends : where the next segment begins, in the time of this one, for each medium.
    """

    offset: Fraction
    audio_shift: DriftCurve
    ends: Mapping[str, Fraction]

    @classmethod
    def create(cls, segment: Segment, origin: int, following: Segment | None) -> _Placement:
        ends: dict[str, Fraction] = {}
        if following is not None:
            distance = Fraction(following.origin - segment.origin, NS_PER_SECOND)
            first = _first_packet_times(following)
            ends = {medium: time + distance for medium, time in first.items()}
        offset = Fraction(segment.origin - origin, NS_PER_SECOND)
        return cls(offset, segment.audio_shift, ends)

    def includes(self, medium: str, time: Fraction) -> bool:
        """Whether a packet at `time` (seconds in the segment) is from before the next segment."""
        end = self.ends.get(medium)
        return end is None or time + SEGMENT_ROUNDING_S < end

    def shift(self, medium: str, time: Fraction, time_base: Fraction) -> int:
        """How far to move a packet at `time` (seconds in the segment), in ticks of `time_base`."""
        shift = round(self.offset / time_base)
        if medium == "audio" and self.audio_shift:
            shift += round(shift_at(self.audio_shift, float(time)) / time_base)
        return shift


class _PacketWriter:
    """Writes packets so that the times of each stream increase."""

    def __init__(self, output: av.container.OutputContainer) -> None:
        self._output = output
        self._last_dts: dict[str, int] = {}

    def write(self, packet: av.Packet[Stream], pts: int, dts: int, stream: Stream) -> None:
        """Write `packet` with other times into a stream of the output."""
        last = self._last_dts.get(stream.type)
        # The audio of two segments may be shifted differently. If it overlaps, drop the later one.
        if stream.type == "audio" and last is not None and pts <= last:
            return
        packet.pts = pts
        packet.dts = dts if last is None else max(dts, last + 1)
        self._last_dts[stream.type] = packet.dts
        if pts != packet.dts and packet.duration is not None:
            # This duration is the time to the next decoding time: it would lengthen the video.
            packet.duration = min(packet.duration, round(MAX_LAST_FRAME_S / packet.time_base))
        packet.stream = stream
        self._output.mux(packet)


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
