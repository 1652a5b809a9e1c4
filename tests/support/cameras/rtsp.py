"""An RTSP camera for the tests, with a log of what it sent."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from support.cameras import gst_process


@dataclass(frozen=True)
class Taken:
    """One frame as the camera sent it.

    number : counted from 0; modulo 65536 in the frame's bar code.
    pts : nanoseconds; rtp : the 32-bit RTP timestamp of its packets (90000 per second).
    taken, sent : when it was captured and when its last packet left, monotonic nanoseconds.
    slices : `slices_hash` of its encoded data.
    """

    number: int
    pts: int
    rtp: int
    taken: int
    sent: int
    key: bool
    slices: str


class RtspCamera:
    """A camera at `url` for as long as the ``with`` lasts.

    Parameters
    ----------
    codec
        "h264" or "h265".
    irregular
        The times of `schedule.irregular`; otherwise `rate` frames per second.
    gop, b_frames
        Frames from one key frame to the next, and B-frames between two others.
    in_band
        The parameter sets are in front of each key frame; otherwise in the SDP only.
    audio
        None, or one of `gst_rtsp.AUDIO_PIPELINES`: "aac", "pcma", "opus", "g722", "mp3" ...
    sound_until, video_until
        Seconds after which no audio or no video arrives any more, although the connection stays;
        ``sound_until=0`` is audio that is announced and never arrives.
    auth
        None, "basic" or "digest", with `user` and `password`. They are in `url`.
    bit_rate
        Kilobits per second.
    reports_capture
        Its sender reports have the time of capturing. GStreamer's default is the time of sending.
    """

    def __init__(
        self,
        *,
        codec: str = "h264",
        size: tuple[int, int] = (320, 180),
        irregular: bool = False,
        rate: float = 10,
        gop: int = 10,
        b_frames: int = 0,
        bit_rate: int = 1500,
        in_band: bool = True,
        audio: str | None = None,
        sound_until: float | None = None,
        video_until: float | None = None,
        auth: str | None = None,
        reports_capture: bool = False,
        user: str = "viewer",
        password: str = "p@s:s/w#o%r d?&+é",
    ) -> None:
        self._options = {name: value for name, value in locals().items() if name != "self"}
        self._folder = gst_process.log_folder()
        self._truth = Path(self._folder.name) / "truth.jsonl"
        self._truth.touch()
        self._process: gst_process.GstProcess | gst_process.HostedGstProcess | None = None
        self.port = 0

    @property
    def address(self) -> str:
        """Without the credential."""
        return f"rtsp://127.0.0.1:{self.port}/cam"

    @property
    def url(self) -> str:
        if not self._options["auth"]:
            return self.address
        user, password = (quote(self._options[key], safe="") for key in ("user", "password"))
        return f"rtsp://{user}:{password}@127.0.0.1:{self.port}/cam"

    def start(self) -> RtspCamera:
        truth = gst_process.camera_path(self._truth)
        options = {**self._options, "truth": truth, "port": self.port}
        self._process = gst_process.start_camera(options)
        self.port = self._process.port
        return self

    def truth(self) -> list[Taken]:
        """Every frame sent so far, in the order of sending."""
        return [Taken(**event) for event in self._events("picture")]

    def audio_timestamps(self) -> list[int]:
        """The 32-bit RTP timestamp of every audio packet so far, also of those that
        were not sent.
        """
        return [event["rtp"] for event in self._events("sound")]

    def audio_pts(self) -> dict[int, int]:
        """When the audio of each packet was made, by its RTP timestamp, on the clock of
        the video.
        """
        return {event["rtp"]: event["pts"] for event in self._events("sound")}

    @property
    def connections(self) -> int:
        """How many connections it has been asked for."""
        return len(self._events("connected"))

    def _events(self, kind: str) -> list[dict]:
        events = []
        for line in self._truth.read_text("utf-8").splitlines(keepends=True):
            if line.endswith("\n"):
                event = json.loads(line)
                if event.pop("event") == kind:
                    events.append(event)
        return events

    def kill(self) -> None:
        """Disappear at once, as if unplugged."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()

    def freeze(self) -> None:
        """Keep the connections open and send nothing."""
        self._process.freeze()

    def thaw(self) -> None:
        self._process.thaw()

    def restart(self) -> None:
        """Come back at the same address, with numbers from 0 again."""
        self.kill()
        self.start()

    def resize(self, width: int, height: int) -> None:
        """Give its frames another size when it is started the next time."""
        self._options["size"] = (width, height)

    def __enter__(self) -> RtspCamera:
        return self.start()

    def __exit__(self, *error) -> None:
        self.kill()
        self._folder.cleanup()


def slices_hash(annex_b: bytes, codec: str = "h264") -> str:
    """What identifies an encoded frame: SHA-1 of its slices, without parameter sets."""
    found = hashlib.sha1()
    for nal in annex_b.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1"):
        if nal:
            kind = nal[0] & 31 if codec == "h264" else nal[0] >> 1 & 63
            if 1 <= kind <= 5 if codec == "h264" else kind < 32:
                found.update(nal.rstrip(b"\0"))
    return found.hexdigest()
