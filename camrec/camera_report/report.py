"""Writes the report of a camera as a ZIP file that a user can read and send to others."""

from __future__ import annotations

import json
import platform
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TypedDict

from camrec import __version__
from camrec.camera_address import CameraAddress
from camrec.camera_report.redactor import Redactor
from camrec.camera_report.transcript import Side, Transcript
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
    """What camrec found out about the camera.

    error : why the camera sends no video; None if it does.
    video, audio : the formats of the two tracks; None if there is no such track.
    figures : frame rate, bit rate and lost packets.
    programs : the versions of MediaMTX, go2rtc and FFmpeg.
    """

    error: CamrecError | None = None
    video: Mapping[str, object] | None = None
    audio: Mapping[str, object] | None = None
    figures: Mapping[str, object] | None = None
    programs: Mapping[str, str | None] = field(default_factory=dict)


# "from" is a keyword, so a class cannot define this key.
_EntryOrigin = TypedDict("_EntryOrigin", {"connection": int, "at": float, "from": Side})


class _DialogueEntry(_EntryOrigin, total=False):
    """A line of the dialogue file. It has one of these two keys.

    media : the offset and the size of the media in the media file, in bytes.
    text : a request or a response.
    """

    media: tuple[int, int]
    text: str


def write_camera_report(
    path: Path, source: CameraAddress, transcript: Transcript, findings: CameraFindings, log: str
) -> None:
    """Write the report to `path`, without credentials, cookies, hosts and addresses.

    transcript : what camrec and the camera exchanged.
    log : what camrec logged about the camera.

    Raises OSError if `path` cannot be written.
    """
    redactor, error = Redactor(source), findings.error
    media = bytearray()
    parsed = [parse_connection(each.transfers) for each in transcript.connections()]
    for item in chain.from_iterable(parsed):
        redactor.learn(item.data)
    dialogue = [
        json.dumps(entry)
        for number, found in enumerate(parsed, 1)
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
        # All media is redacted at once: a secret may begin in one packet and end in the next.
        archive.writestr(MEDIA_FILENAME, redactor.media(bytes(media)))
        archive.writestr(LOG_FILENAME, redactor.text(log))


def _dialogue_entries(
    number: int, items: list[TranscriptItem], redactor: Redactor, media: bytearray
) -> Iterator[_DialogueEntry]:
    """Yield one entry for each item of a connection.

    Media is appended to `media`, and the entry contains its offset and its size.
    """
    for item in items:
        entry: _DialogueEntry = {"connection": number, "at": round(item.at, 6), "from": item.side}
        if isinstance(item, MediaBytes):
            entry["media"] = (len(media), len(item.data))
            media += item.data
        else:
            entry["text"] = redactor.message(item.data).decode("latin-1")
        yield entry
