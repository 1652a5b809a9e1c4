"""Opens a camera's stream: the RTSP requests from OPTIONS to PLAY."""

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

# After these another address, or another form of the request, may succeed.
_TRY_OTHER_FORM_STATUSES = frozenset({400, 404, 451, 454, 455, 457, 459, 460, 464, 500})
# Short, because the video is already set up and the session waits for it.
AUDIO_RESPONSE_TIMEOUT_S = 2.0

_INTERLEAVED_PATTERN = re.compile(r"interleaved\s*=\s*(\d{1,3})", re.IGNORECASE)
_SESSION_TIMEOUT_PATTERN = re.compile(r"timeout\s*=\s*\"?(\d{1,6})", re.IGNORECASE)


@dataclass(frozen=True)
class RelayedTrack:
    """A track that was set up.

    channel : the channel of its RTP packets; its RTCP packets use the next one.
    payload_types : all payload types of its medium.
    """

    kind: str
    format: PayloadFormat
    url: str
    channel: int
    payload_types: tuple[int, ...] = ()


@dataclass
class CameraStream:
    """A camera's stream. `open` sets it up, `play` starts it.

    client : the connection to the camera.
    tracks : video, and audio if camrec supports it.
    unsupported_audio : the codec of audio that is left out, or of audio whose parameters were
        guessed, until its first packet arrives; else "".
    guessed_channel : the channel of audio with guessed parameters; -1 if there is none.
    session_timeout : seconds without a request after which the camera ends the session; 0 if it
        does not say.
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
        """Get the description and set up the tracks.

        Raises
        ------
        CameraError
            The camera rejects a request.
        OSError, EOFError, http.client.HTTPException, AccessError
            As `CameraRtspClient.request`.
        """
        # The response is ignored: some cameras do not support OPTIONS, others require it.
        self.client.request("OPTIONS", self.source.target())
        description = self._describe()
        self._set_up_video(description)
        self.client.patience = AUDIO_RESPONSE_TIMEOUT_S
        try:
            self._set_up_audio(description)
        except (EOFError, ConnectionError, TimeoutError):
            # Some cameras hang up or stay silent instead of rejecting audio: connect without it.
            self.client.patience = CAMERA_RESPONSE_TIMEOUT_S
            self.client.restart()
            self.tracks.clear()
            self._set_up_video(self._describe())
            self.unsupported_audio = description.media_of_kind("audio")[0].codec
        finally:
            self.client.patience = CAMERA_RESPONSE_TIMEOUT_S

    def play(self) -> None:
        """Start the stream. Raises as `open`."""
        response = None
        urls = list(dict.fromkeys([*self._bases, self.tracks[0].url]))
        for url in urls:
            for headers in ({"Range": "npt=0.000-"}, {}):
                response = self.client.request("PLAY", url, **headers)
                if response.status == 200:
                    self._bases = [url]
                    self._read_session_timeout(response)
                    return
                if response.status not in _TRY_OTHER_FORM_STATUSES:
                    raise error_from_response(self.source, response)
        assert response is not None
        raise error_from_response(self.source, response)

    def keep_alive(self, method: str) -> None:
        """Keep the session alive with a request. The response is ignored."""
        self.client.send(method, self._bases[0])

    def tear_down(self) -> None:
        """End the session if there is one."""
        if self.client.session:
            self.client.send("TEARDOWN", self._bases[0])

    def _describe(self) -> StreamDescription:
        url, response = self.client.describe()
        if response.status != 200:
            raise error_from_response(self.source, response)
        description = parse_description(response.body)
        self._bases = base_urls(url, response, description.control)
        return description

    def _set_up_video(self, description: StreamDescription) -> None:
        media = description.media_of_kind("video")
        readable = [medium for medium in media if medium.format is not None]
        # M-JPEG comes last, as in the reader's choice.
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
        """Set up audio if possible; otherwise the stream has only video."""
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
        """Set up one track. Returns None, or the response with which the camera rejected it."""
        chosen = medium.format
        assert chosen is not None
        requested = 2 * len(self.tracks)
        transport = f"RTP/AVP/TCP;unicast;interleaved={requested}-{requested + 1}"
        response: RtspMessage | None = None
        for url in control_urls(self._bases, medium.control):
            response = self.client.request("SETUP", url, Transport=transport)
            if response.status == 200:
                channel = _parse_channel(response, requested)
                if channel is None or any(each.channel == channel for each in self.tracks):
                    return response
                self._read_session_timeout(response)
                types = tuple(each.payload_type for each in medium.formats)
                self.tracks.append(RelayedTrack(medium.kind, chosen, url, channel, types))
                return None
            if response.status not in _TRY_OTHER_FORM_STATUSES:
                break
        return response

    def _read_session_timeout(self, response: RtspMessage) -> None:
        parameters = ";".join(response.values("Session")).partition(";")[2]
        if found := _SESSION_TIMEOUT_PATTERN.search(parameters):
            self.session_timeout = int(found[1])


def _parse_channel(response: RtspMessage, requested: int) -> int | None:
    """The channel of the packets; None if the camera sends them over UDP."""
    transport = response.value("Transport")
    if found := _INTERLEAVED_PATTERN.search(transport):
        return int(found[1]) if int(found[1]) < 255 else None
    udp = re.search(r"server_port|/AVP/UDP|multicast", transport, re.IGNORECASE)
    return None if udp else requested
