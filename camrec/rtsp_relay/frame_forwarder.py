"""Passes a camera's frames on to MediaMTX, in a form that MediaMTX accepts."""

from __future__ import annotations

from collections.abc import Callable

from camrec.rtsp_relay.camera_stream import CameraStream, RelayedTrack
from camrec.rtsp_relay.description import PayloadFormat
from camrec.rtsp_relay.jpeg_packets import JpegPackets, offered_format
from camrec.rtsp_relay.messages import contains_channel
from camrec.rtsp_relay.nal_packets import is_readable, make_nal_rewriter, unread_format
from camrec.rtsp_relay.payload_types import PayloadTypes
from camrec.rtsp_relay.relay_events import RelayEvents
from camrec.rtsp_relay.report_reader import SenderReportReader
from camrec.rtsp_relay.unread_packets import UnreadPackets

MAX_EARLY_BYTES = 4 << 20  # of frames that arrive before MediaMTX sends PLAY


class FrameForwarder:
    """Keeps the frames that arrive before `start`, and passes on those that arrive after it.

    Frames are complete interleaved frames: RTP on the even channels, RTCP on the odd ones.

    is_started : whether MediaMTX sent PLAY.
    has_delivered : whether a frame was passed on.

    Parameters
    ----------
    stream
        The camera's stream.
    send
        Sends bytes to MediaMTX.
    events
        The relay.
    """

    def __init__(
        self, stream: CameraStream, send: Callable[[bytes], None], events: RelayEvents
    ) -> None:
        self._stream = stream
        self._send = send
        self._events = events
        self._rewriter: UnreadPackets | None = None
        self._report_reader: SenderReportReader | None = None
        self._early_frames: list[bytes] = []
        self.is_started = False
        self.has_delivered = False

    def choose_format(self, track: RelayedTrack) -> PayloadFormat:
        """The format of a track in the description for MediaMTX.

        If it is not the camera's format, the packets of the track are rewritten.
        """
        offered = track.format
        types = PayloadTypes(offered.payload_type, track.payload_types)
        if offered.codec == "JPEG":
            self._rewriter = JpegPackets(track.channel, types)
        elif track.kind == "video" and (
            self._events.unread or not is_readable(offered.payload_type)
        ):
            self._rewriter = make_nal_rewriter(track.channel, offered, types)
            return unread_format(offered)
        return offered_format(offered)

    def start(self) -> None:
        """Pass on the frames that were kept, because MediaMTX sent PLAY."""
        self.is_started = True
        if (queue := self._events.reports) is not None:
            self._report_reader = SenderReportReader(self._stream.tracks, queue.begin())
        early, self._early_frames = self._early_frames, []
        for frames in early:
            self.forward(frames)

    def add(self, frames: bytes) -> None:
        """Pass frames on; before `start` keep them instead, up to `MAX_EARLY_BYTES`."""
        if self.is_started:
            self.forward(frames)
        elif sum(map(len, self._early_frames)) + len(frames) <= MAX_EARLY_BYTES:
            self._early_frames.append(frames)

    def forward(self, frames: bytes) -> None:
        """Pass frames on to MediaMTX."""
        self._send(frames if self._rewriter is None else self._rewriter.rewrite(frames))
        if self._report_reader is not None:
            self._report_reader.read(frames)
        guessed = self._stream.guessed_channel
        if guessed >= 0 and contains_channel(frames, guessed):
            self._stream.guessed_channel, self._stream.unsupported_audio = -1, ""
            self._events.on_opened(self._stream)
        if not self.has_delivered:
            self.has_delivered = True
            self._events.on_first_frame()
