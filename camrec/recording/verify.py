"""Checks a finished video: decodes all of it and compares it with its receipt."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import av

from camrec import remote_files
from camrec.i18n import Phrase
from camrec.receipt import Receipt
from camrec.recording import media_info


@dataclass(frozen=True)
class VerifyResult:
    """The result of a check.

    frames : how many frames a player shows.
    duration : seconds from the first frame to the end of the last.
    sha256 : of the file as it is now.
    receipt : the receipt next to the file; None if there is none.
    faults : what is wrong, each name with a value, here in parentheses: "unreadable" (the reason),
        "undecodable" (how often), "backward" (how many times do not increase), "frames" (the number
        in the receipt), "sha256" (the one in the receipt).
    """

    frames: int
    duration: float
    sha256: str
    receipt: Receipt | None
    faults: dict[str, str | Phrase]


def verify_video(path: Path) -> VerifyResult:
    """Decode the whole file. Raises OSError if it cannot be opened."""
    sha256 = media_info.sha256_of(path)
    receipt = _read_receipt(path)
    faults: dict[str, str | Phrase] = {}
    frames, duration = 0, 0.0
    try:
        counts = _count_frames(path)
        frames, duration = counts["frames"], media_info.read_media_info(path).duration
        faults = {each: str(counts[each]) for each in ("undecodable", "backward") if counts[each]}
    except (av.error.FFmpegError, IndexError) as error:
        faults["unreadable"] = getattr(error, "strerror", None) or Phrase("reasons.no_frame")
    if receipt is not None and receipt.frames != frames:
        faults["frames"] = str(receipt.frames)
    if receipt is not None and receipt.sha256 != sha256:
        faults["sha256"] = receipt.sha256
    return VerifyResult(frames, duration, sha256, receipt, faults)


def _count_frames(path: Path) -> Counter[str]:
    """How many frames there are, and how many are undecodable or backward.

    Raises IndexError if there is none, av.error.FFmpegError if the file cannot be read.
    """
    counts: Counter[str] = Counter()
    with remote_files.open_video(path) as container:
        video = container.streams.video[0]
        video.thread_type = "AUTO"
        newest: int | None = None
        for packet in container.demux(video, *container.streams.audio[:1]):
            try:
                decoded = packet.decode()
            except av.error.FFmpegError:
                counts["undecodable"] += 1
                continue
            counts["undecodable"] += packet.is_corrupt
            for frame in decoded:
                assert isinstance(frame, (av.VideoFrame, av.AudioFrame))  # nothing else is demuxed
                counts["undecodable"] += frame.is_corrupt
                # Frames before zero are a hidden lead, which not every reader leaves out.
                if packet.stream is not video or (frame.pts is not None and frame.pts < 0):
                    continue
                counts["frames"] += 1
                if frame.pts is None or (newest is not None and frame.pts <= newest):
                    counts["backward"] += 1
                else:
                    newest = frame.pts
    if not counts["frames"]:
        raise IndexError
    return counts


def _read_receipt(path: Path) -> Receipt | None:
    try:
        return Receipt.read(path.with_suffix(".json"))
    except (OSError, ValueError):
        return None
