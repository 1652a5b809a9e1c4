"""Writes parts as one plain video: nothing is decoded, and each picture keeps its real time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from camrec.clock import NS_PER_SECOND
from camrec.recording.av_sync import AvSync, DriftCurve, shift_at

MAX_LAST_FRAME_S = Fraction(
    1, 25
)  # seconds that the last picture lasts where pictures are reordered
# Seconds: the same picture's moment is rounded differently in each part, by a tick or two. Pictures
# of an MJPEG camera may come closer together than a millisecond.
SEGMENT_ROUNDING_S = Fraction(1, 20_000)


@dataclass(frozen=True)
class Segment:
    """A part as it lies on the disk.

    origin : the moment of its time 0, in nanoseconds on the clock that all its neighbours share.
    progressive : it is a plain video as it is.
    expected_frames : how many pictures it shows if nothing went wrong; None where something did.
    av_sync : how its sound and pictures keep step; None where that is not known.
    left_out : seconds in it of the pictures before which some were left out on purpose.
    """

    path: Path
    origin: int
    progressive: bool
    expected_frames: int | None = None
    av_sync: AvSync | None = None
    left_out: tuple[float, ...] = ()

    @property
    def sound(self) -> DriftCurve:
        """How its sound is to be moved, as `AvSync.sound` tells."""
        return self.av_sync.sound(self.origin) if self.av_sync else ()


def concat(parts: Sequence[Segment], target: Path) -> None:
    """Write `parts`, of the same codec and size, into `target`, gaps kept as gaps.

    Where a part reaches into the next one (a part may begin with what the one before it may have
    lost), it is cut there. The hidden lead of the first stays hidden.

    Raises OSError (av.error.FFmpegError).
    """
    options = {"avoid_negative_ts": "disabled", "movie_timescale": "90000"}
    with av.open(str(target), "w", format="mp4", options=options) as output:
        streams = _add_streams(parts, output)
        last: dict[str, int] = {}
        for place, part in enumerate(parts):
            shift = Fraction(part.origin - parts[0].origin, NS_PER_SECOND)
            following = parts[place + 1] if place + 1 < len(parts) else None
            sound = part.sound
            until = _first_packet_times(following) if following else {}
            away = (
                Fraction(following.origin - part.origin, NS_PER_SECOND)
                if following
                else Fraction(0)
            )
            with av.open(str(part.path)) as source:
                for packet in source.demux():
                    medium = packet.stream.type
                    if packet.dts is None or packet.pts is None or medium not in streams:
                        continue
                    if packet.is_corrupt:  # the file ends in the middle of it
                        continue
                    at = packet.pts * packet.time_base
                    if medium in until and at + SEGMENT_ROUNDING_S >= until[medium] + away:
                        continue
                    moved = round(shift / packet.time_base)
                    if medium == "audio" and sound:
                        seconds = float(packet.pts * packet.time_base)
                        moved += round(shift_at(sound, seconds) / packet.time_base)
                    packet.pts += moved
                    # Where the sound of two parts is moved differently the later one gives way.
                    if medium == "audio" and packet.pts <= last.get(medium, packet.pts - 1):
                        continue
                    packet.dts = max(
                        packet.dts + moved, last.get(medium, packet.dts + moved - 1) + 1
                    )
                    last[medium] = packet.dts
                    if packet.pts != packet.dts:
                        # Told from decoding to decoding, it would lengthen the end of the video.
                        packet.duration = min(
                            packet.duration, round(MAX_LAST_FRAME_S / packet.time_base)
                        )
                    packet.stream = streams[medium]
                    output.mux(packet)


def _add_streams(
    parts: Sequence[Segment], output: av.container.OutputContainer
) -> dict[str, av.stream.Stream]:
    """One stream a medium, made as the first part that has it."""
    streams: dict[str, av.stream.Stream] = {}
    for part in parts:
        with av.open(str(part.path)) as source:
            for stream in source.streams:
                if stream.type not in streams:
                    made = streams[stream.type] = output.add_stream_from_template(stream)
                    # The muxer's own choice for H.265 is not taken by Apple's players.
                    made.codec_context.codec_tag = stream.codec_context.codec_tag
    return streams


def _first_packet_times(part: Segment) -> dict[str, Fraction]:
    """The time of the first packet of each medium, in seconds."""
    found: dict[str, Fraction] = {}
    with av.open(str(part.path)) as source:
        wanted = {stream.type for stream in source.streams}
        for packet in source.demux():
            if packet.pts is not None:
                found.setdefault(packet.stream.type, packet.pts * packet.time_base)
            if wanted <= found.keys():
                break
    return found
