"""A finished file looked at whole: every picture and every piece of sound is decoded."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import av

from camrec.i18n import Phrase
from camrec.receipt import Receipt
from camrec.recording import media_info


@dataclass(frozen=True)
class VerifyResult:
    """What was found.

    frames : pictures that a player shows, all of them decoded.
    duration : seconds, from the first of them to the end of the last.
    sha256 : of the file as it is.
    receipt : of what it was when it was saved; None where there is none.
    faults : what is not right, by name, with how often or what: "unreadable" (the reason),
        "undecodable", "backward" (times that do not increase), "frames" (the receipt's number),
        "sha256" (the receipt's).
    """

    frames: int
    duration: float
    sha256: str
    receipt: Receipt | None
    faults: dict[str, str | Phrase]


def verify_video(path: Path) -> VerifyResult:
    """Raises OSError when there is no such file."""
    sha256 = media_info.sha256_of(path)
    receipt = _read_receipt(path)
    faults: dict[str, str | Phrase] = {}
    frames, duration = 0, 0.0
    try:
        counted = _count_frames(path)
        frames, duration = counted["frames"], media_info.read_media_info(path).duration
        faults = {each: str(counted[each]) for each in ("undecodable", "backward") if counted[each]}
    except (av.error.FFmpegError, IndexError) as error:
        faults["unreadable"] = getattr(error, "strerror", None) or Phrase("reasons.no_frame")
    if receipt is not None and receipt.frames != frames:
        faults["frames"] = str(receipt.frames)
    if receipt is not None and receipt.sha256 != sha256:
        faults["sha256"] = receipt.sha256
    return VerifyResult(frames, duration, sha256, receipt, faults)


def _count_frames(path: Path) -> Counter[str]:
    """Counts: frames, undecodable, backward."""
    counted: Counter[str] = Counter()
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        video.thread_type = "AUTO"
        newest: int | None = None
        for packet in container.demux(video, *container.streams.audio[:1]):
            try:
                decoded = packet.decode()
            except av.error.FFmpegError:
                counted["undecodable"] += 1
                continue
            counted["undecodable"] += packet.is_corrupt
            for frame in decoded:
                counted["undecodable"] += frame.is_corrupt
                # A lead that is hidden lies before zero, and not every reader leaves it out.
                if packet.stream is not video or (frame.pts is not None and frame.pts < 0):
                    continue
                counted["frames"] += 1
                if frame.pts is None or (newest is not None and frame.pts <= newest):
                    counted["backward"] += 1
                else:
                    newest = frame.pts
    if not counted["frames"]:
        raise IndexError
    return counted


def _read_receipt(path: Path) -> Receipt | None:
    try:
        return Receipt.read(path.with_suffix(".json"))
    except (OSError, ValueError):
        return None
