"""The report of a camera as a ZIP file that a user can read and pass on."""

from __future__ import annotations

import json
import platform
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from camrec import __version__
from camrec.camera_address import CameraAddress
from camrec.camera_report.redactor import Redactor
from camrec.camera_report.transcript import Transcript
from camrec.camera_report.transcript_parser import MediaBytes, TranscriptItem, parse_connection
from camrec.errors import CamrecError
from camrec.i18n import translate

REPORT_FORMAT_VERSION = 1
README_FILENAME, SUMMARY_FILENAME, DIALOGUE_FILENAME, MEDIA_FILENAME, LOG_FILENAME = (
    "README.txt",
    "summary.json",
    "dialogue.jsonl",
    "media.bin",
    "camrec.log",
)


@dataclass(frozen=True)
class CameraFindings:
    """What camrec made of the camera.

    error : what it ended with; None where the camera delivered.
    video, audio : codecs and sizes as they were read.
    figures : frame rate, bit rate and losses.
    programs : the versions of MediaMTX, go2rtc and FFmpeg.
    """

    error: CamrecError | None = None
    video: Mapping[str, Any] | None = None
    audio: Mapping[str, Any] | None = None
    figures: Mapping[str, Any] | None = None
    programs: Mapping[str, str | None] = field(default_factory=dict)


def write_camera_report(
    path: Path, source: CameraAddress, transcript: Transcript, findings: CameraFindings, log: str
) -> None:
    """Write it to `path`, with every credential, cookie, host and address replaced.

    Raises OSError.
    """
    redactor, error = Redactor(source), findings.error
    media = bytearray()
    told = [parse_connection(connection.pieces) for connection in transcript.connections()]
    for passage in chain.from_iterable(told):
        redactor.learn(passage.data)
    dialogue = [
        json.dumps(entry)
        for number, found in enumerate(told, 1)
        for entry in _dialogue_entries(number, found, redactor, media)
    ]
    summary = {
        "format": REPORT_FORMAT_VERSION,
        "camrec": __version__,
        "python": sys.version.split()[0],
        "system": platform.platform(),
        "kind": source.kind,
        "address": redactor.text(source.url),
        "logs_in": source.credential is not None,
        "connections": [
            {"opened_at": each.opened_at, "closed_at": each.closed_at}
            for each in transcript.connections()
        ],
        "truncated": transcript.truncated,
        "error": {"code": error.code, "message": redactor.text(error.text())} if error else None,
        "video": findings.video,
        "audio": findings.audio,
        "figures": findings.figures,
        "programs": dict(findings.programs),
    }
    both = "\n\n".join(translate("camera_report.readme", language) for language in ("en", "fr"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(README_FILENAME, both + "\n")
        archive.writestr(SUMMARY_FILENAME, json.dumps(summary, indent=2) + "\n")
        archive.writestr(DIALOGUE_FILENAME, "".join(f"{line}\n" for line in dialogue))
        # All of it at once: a word may begin in one piece and end in the next.
        archive.writestr(MEDIA_FILENAME, redactor.media(bytes(media)))
        archive.writestr(LOG_FILENAME, redactor.text(log))


def _dialogue_entries(
    number: int, found: list[TranscriptItem], redactor: Redactor, media: bytearray
) -> Iterator[dict[str, Any]]:
    """One line a passage; media is put into `media`, and its place and size are in the line."""
    for passage in found:
        entry = {"connection": number, "at": round(passage.at, 6), "from": passage.side}
        if isinstance(passage, MediaBytes):
            entry |= {"media": [len(media), len(passage.data)]}
            media += passage.data
        else:
            entry |= {"text": redactor.message(passage.data).decode("latin-1")}
        yield entry
