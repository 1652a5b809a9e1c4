"""The dialogue with a camera from the first word to PLAY: what it offers, set up track by track."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from camrec.camera_address import CameraAddress
from camrec.camera_errors import create_camera_error
from camrec.errors import CameraError
from camrec.network_policy import NetworkPolicy
from camrec.rtsp_relay.addresses import base_urls, control_urls
from camrec.rtsp_relay.camera_client import CAMERA_RESPONSE_TIMEOUT_S, CameraRtspClient
from camrec.rtsp_relay.description import (
    OfferedMedia,
    PayloadFormat,
    StreamDescription,
    parse_description,
)
from camrec.rtsp_relay.messages import RtspMessage
from camrec.rtsp_relay.response_errors import error_from_response

# Another address, or another form of the request, may be what the camera wants.
_TRY_OTHER_FORM_STATUSES = frozenset({400, 404, 451, 454, 455, 457, 459, 460, 464, 500})
# It has answered for its video at once, and the session waits for that.
AUDIO_RESPONSE_TIMEOUT_S = 2.0

_INTERLEAVED_PATTERN = re.compile(r"interleaved\s*=\s*(\d{1,3})", re.IGNORECASE)
_SESSION_TIMEOUT_PATTERN = re.compile(r"timeout\s*=\s*\"?(\d{1,6})", re.IGNORECASE)


@dataclass(frozen=True)
class RelayedTrack:
    """One that was set up; its packets come on `channel`, its RTCP on the next one.

    payload_types : all that its medium was described with.
    """

    kind: str
    format: PayloadFormat
    url: str
    channel: int
    payload_types: tuple[int, ...] = ()


@dataclass
class CameraStream:
    """A camera's stream, opened by `open` and begun by `play`.

    tracks : video, and audio where there is some that can be read.
    unsupported_audio : the codec of audio that is left out, or that was guessed and did not come
    yet. guessed_channel : on which that comes, -1 where it is not so.
    session_timeout : seconds after which the camera ends a session that it hears nothing of; 0:
    not told.
    """

    source: CameraAddress
    network_policy: NetworkPolicy
    on_frames: Callable[[bytes], None]
    tracks: list[RelayedTrack] = field(default_factory=list)
    unsupported_audio: str = ""
    guessed_channel: int = -1
    session_timeout: int = 0

    def __post_init__(self) -> None:
        self.client = CameraRtspClient(self.source, self.network_policy, self.on_frames)
        self._bases: list[str] = []

    def open(self) -> None:
        """Describe and set up.

        Raises
        ------
        CameraError
            The camera refuses.
        OSError, EOFError, http.client.HTTPException, AccessError
            As `CameraRtspClient.request`.
        """
        # Whatever it answers: not all cameras know OPTIONS, some want it first.
        self.client.request("OPTIONS", self.source.target())
        description = self._describe()
        self._set_up_video(description)
        self.client.patience = AUDIO_RESPONSE_TIMEOUT_S
        try:
            self._set_up_audio(description)
        except (EOFError, ConnectionError, TimeoutError):
            # Some hang up or stay silent instead of refusing it: once more, for the video alone.
            self.client.patience = CAMERA_RESPONSE_TIMEOUT_S
            self.client.restart()
            self.tracks.clear()
            self._set_up_video(self._describe())
            self.unsupported_audio = description.media_of_kind("audio")[0].codec
        finally:
            self.client.patience = CAMERA_RESPONSE_TIMEOUT_S

    def play(self) -> None:
        """Begin; raises as `open`."""
        answer = None
        urls = list(dict.fromkeys([*self._bases, self.tracks[0].url]))
        for url in urls:
            for headers in ({"Range": "npt=0.000-"}, {}):
                answer = self.client.request("PLAY", url, **headers)
                if answer.status == 200:
                    self._bases = [url]
                    self._read_session_timeout(answer)
                    return
                if answer.status not in _TRY_OTHER_FORM_STATUSES:
                    raise error_from_response(self.source, answer)
        assert answer is not None
        raise error_from_response(self.source, answer)

    def keep_alive(self, method: str) -> None:
        """Tell the camera that somebody is there; its answer is of no interest."""
        self.client.send(method, self._bases[0])

    def tear_down(self) -> None:
        """Say good-bye, where there is somebody to say it to."""
        if self.client.session:
            self.client.send("TEARDOWN", self._bases[0])

    def _describe(self) -> StreamDescription:
        asked, answer = self.client.describe()
        if answer.status != 200:
            raise error_from_response(self.source, answer)
        description = parse_description(answer.body)
        self._bases = base_urls(asked, answer, description.control)
        return description

    def _set_up_video(self, description: StreamDescription) -> None:
        media = description.media_of_kind("video")
        readable = [medium for medium in media if medium.format is not None]
        # M-JPEG only where there is nothing else, as the reader chooses.
        readable.sort(key=lambda medium: medium.codec == "JPEG")
        if not readable:
            codec = ", ".join(medium.codec for medium in media or description.media)
            if not codec:
                raise create_camera_error(self.source, "camera_no_picture")
            raise CameraError("camera_codec", host=self.source.host, codec=codec[:100])
        refused: RtspMessage | None = None
        for medium in readable:
            refused = self._set_up(medium)
            if refused is None:
                return
        assert refused is not None
        raise error_from_response(self.source, refused)

    def _set_up_audio(self, description: StreamDescription) -> None:
        """Audio that cannot be had costs no more than the audio."""
        media = description.media_of_kind("audio")
        for medium in media:
            if medium.format is not None and self._set_up(medium) is None:
                if medium.format.guessed:
                    self.unsupported_audio = medium.codec
                    self.guessed_channel = self.tracks[-1].channel
                return
        if media:
            self.unsupported_audio = media[0].codec

    def _set_up(self, medium: OfferedMedia) -> RtspMessage | None:
        """The camera's refusal, None where the track is set up."""
        chosen = medium.format
        assert chosen is not None
        wanted = 2 * len(self.tracks)
        transport = f"RTP/AVP/TCP;unicast;interleaved={wanted}-{wanted + 1}"
        answer: RtspMessage | None = None
        for url in control_urls(self._bases, medium.control):
            answer = self.client.request("SETUP", url, Transport=transport)
            if answer.status == 200:
                channel = _parse_channel(answer, wanted)
                if channel is None or any(each.channel == channel for each in self.tracks):
                    return answer
                self._read_session_timeout(answer)
                types = tuple(each.payload_type for each in medium.formats)
                self.tracks.append(RelayedTrack(medium.kind, chosen, url, channel, types))
                return None
            if answer.status not in _TRY_OTHER_FORM_STATUSES:
                break
        return answer

    def _read_session_timeout(self, answer: RtspMessage) -> None:
        told = _SESSION_TIMEOUT_PATTERN.search(";".join(answer.values("Session")).partition(";")[2])
        if told:
            self.session_timeout = int(told[1])


def _parse_channel(answer: RtspMessage, asked: int) -> int | None:
    """On which channel the packets come; None where they come over UDP."""
    transport = answer.value("Transport")
    if found := _INTERLEAVED_PATTERN.search(transport):
        return int(found[1]) if int(found[1]) < 255 else None
    udp = re.search(r"server_port|/AVP/UDP|multicast", transport, re.IGNORECASE)
    return None if udp else asked
