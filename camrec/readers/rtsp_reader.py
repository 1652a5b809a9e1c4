"""Reads MediaMTX's local RTSP stream as whole frames and audio units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from camrec.camera_clock import NominalRate, NominalRateCheck, round_rate
from camrec.clock import NS_PER_SECOND, Clock
from camrec.media import MediaUnit, StreamNotice
from camrec.readers.camera_clocks import CameraClocks
from camrec.readers.errors import StreamError
from camrec.readers.reader import StreamReader
from camrec.readers.rtsp_client import RtspConnection, RtspResponse
from camrec.readers.tracks import (
    ReadTrack,
    VideoDepacketizer,
    choose_audio,
    choose_video,
    unsupported_audio_codec,
)
from camrec.rtp import MAX_FRAME_HOLD_NS, ReportQueue, parse_int, parse_packet, parse_sdp


class RtspReader(StreamReader):
    """Reads an RTSP address over TCP; used once.

    `MediaUnit.time` is the camera's RTP timestamp, unchanged. The reader takes the first video
    track that camrec supports and, if there is one, the first such audio track.

    Parameters
    ----------
    url
        Without a credential: local streams need none.
    timeout, patience
        As in `StreamReader`. MediaMTX delays its response to DESCRIBE until the camera answers.
    first_track
        The control address of the first track if it is known. Its SETUP is then sent together with
        DESCRIBE: MediaMTX delivers as soon as it has the camera, and a later SETUP would miss the
        first key frame.
    reports
        The camera's sender reports. Its units then have `MediaUnit.clock`. None: the camera's clock
        is not used.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        timeout: float = 5.0,
        patience: float | None = None,
        first_track: str = "",
        reports: ReportQueue | None = None,
    ) -> None:
        super().__init__(clock, timeout, patience)
        self._first_track = first_track
        self._url = url
        self._tracks: dict[int, ReadTrack] = {}  # by the channel of their packets
        self._rate_check = NominalRateCheck()
        self._camera_clocks: CameraClocks | None = None
        if reports is not None:
            self._camera_clocks = CameraClocks(reports, self._rate_check, clock)
        self._reported_rate: NominalRate | None = None
        self._reported_corrections = 0

    @property
    def has_sequence_errors(self) -> bool:
        """Whether a video packet ever had another sequence number than the expected one."""
        tracks = [track.depacketizer for track in tuple(self._tracks.values())]
        return any(
            track.has_sequence_errors for track in tracks if isinstance(track, VideoDepacketizer)
        )

    def _read_batches(self) -> Iterator[Sequence[MediaUnit]]:
        connection = self._register_connection(RtspConnection(self._url, self._timeout))
        try:
            keep_alive_method = self._set_up(connection)
        except EOFError:
            raise StreamError("lost", "ended before it began") from None
        yield from self._read_packets(connection, keep_alive_method)

    def _set_up(self, connection: RtspConnection) -> str:
        """Send all requests up to PLAY; returns the method that keeps the session alive."""
        options = self._request(connection, "OPTIONS")
        description, first = self._describe(connection)
        media = parse_sdp(description.body)
        self.advertised_codecs = tuple(medium.codec for medium in media if medium.codec)
        chosen = [choose_video(media)]
        if (audio := choose_audio(media)) is not None:
            chosen.append(audio)
        else:
            self.unsupported_audio = unsupported_audio_codec(media)
        base = description.headers.get("content-base", self._url)
        base = base if base.endswith("/") else base + "/"
        channel = 0 if first is None else 2
        for track in chosen:
            if self._camera_clocks is not None:
                self._camera_clocks.add(track)
            if first is not None and track.medium is media[0]:
                self._tracks[read_interleaved_channel(first, 0)] = track
                continue
            control = track.medium.control
            url = control if "://" in control else base + control
            response = self._request(connection, "SETUP", url, Transport=format_transport(channel))
            self._tracks[read_interleaved_channel(response, channel)] = track
            channel += 2
        self._request(connection, "PLAY", base, Range="npt=0.000-")
        has_get_parameter = "GET_PARAMETER" in options.headers.get("public", "")
        return "GET_PARAMETER" if has_get_parameter else "OPTIONS"

    def _describe(self, connection: RtspConnection) -> tuple[RtspResponse, RtspResponse | None]:
        """The responses to DESCRIBE and, if the first track is known, to its SETUP."""
        connection.patience = self._media_timeout
        connection.send("DESCRIBE", Accept="application/sdp")
        if self._first_track:
            url = f"{self._url}/{self._first_track}"
            connection.send("SETUP", url, Transport=format_transport(0))
        description = _check_response("DESCRIBE", connection.read_response())
        connection.patience = self._timeout
        if not self._first_track:
            return description, None
        return description, _check_response("SETUP", connection.read_response())

    def _request(
        self, connection: RtspConnection, method: str, url: str = "", **headers: str
    ) -> RtspResponse:
        return _check_response(method, connection.request(method, url, **headers))

    def _read_packets(
        self, connection: RtspConnection, keep_alive_method: str
    ) -> Iterator[Sequence[MediaUnit]]:
        keep_alive_ns = int(connection.session_timeout / 2 * NS_PER_SECOND)
        max_silence_ns = int(self._media_timeout * NS_PER_SECOND)
        # Short enough to notice when something is due. The socket's timeout stays the same, because
        # changing it for each packet would cost a system call.
        poll_ns = min(keep_alive_ns, max_silence_ns, NS_PER_SECOND) // 4
        video = self._video()
        now = heard = self._clock.monotonic_ns()
        keep_alive_at = now + keep_alive_ns
        while True:
            before, now = now, self._clock.monotonic_ns()
            pause = 0.0 if connection.has_more else self._read_interval  # another thread may set it
            if pause:
                now = self._wait_for_interval(pause, now)
            if now >= keep_alive_at:
                connection.send(keep_alive_method)
                keep_alive_at = now + keep_alive_ns
            if now >= heard + max_silence_ns:
                raise StreamError("silent")
            if video.is_holding and now >= video.arrived + MAX_FRAME_HOLD_NS:
                yield video.release()
            wait_ns = MAX_FRAME_HOLD_NS if video.is_holding else poll_ns
            try:
                packets = connection.packets(wait_ns / NS_PER_SECOND)
            except EOFError:
                yield video.release()
                raise
            units, arrived = self._depacketize(packets, video)
            heard = arrived or heard
            if self._camera_clocks is not None:
                self._camera_clocks.update(now)
            if units:
                self._check_timestamps(units, video)
                yield restore_arrival_times(units, before) if pause else units

    def _video(self) -> VideoDepacketizer:
        return next(
            track.depacketizer
            for track in self._tracks.values()
            if isinstance(track.depacketizer, VideoDepacketizer)
        )

    def _wait_for_interval(self, seconds: float, now: int) -> int:
        """Wait until the next multiple of the read interval; returns the time after it.

        All readers wait for the same moment, so that the processor wakes up once for all of them.
        """
        self._wake.wait(seconds - now / NS_PER_SECOND % seconds)
        return self._clock.monotonic_ns()

    def _depacketize(
        self, packets: Iterable[tuple[int, memoryview]], video: VideoDepacketizer
    ) -> tuple[list[MediaUnit], int]:
        """The units that these packets complete.

        Returns also when the packets arrived, in monotonic nanoseconds; 0 if none was of a track.
        """
        units: list[MediaUnit] = []
        arrived = heard = 0
        for channel, data in packets:
            # All packets of one read arrived at the same time.
            arrived = arrived or self._clock.monotonic_ns()
            track = self._tracks.get(channel)
            depacketizer = video if track is None else track.depacketizer
            if depacketizer is video and video.try_append_fragment(data, arrived):
                heard = arrived
                continue
            packet = parse_packet(data)
            if packet is None or track is None or packet.payload_type != track.medium.payload:
                continue
            heard = arrived
            if self._camera_clocks is not None and packet.extension:
                self._camera_clocks.note_packet(packet, track.medium.kind)
            units += depacketizer.push(packet, arrived)
        return units, heard

    def _check_timestamps(self, units: Sequence[MediaUnit], video: VideoDepacketizer) -> None:
        """Compare timestamps with arrival times, and update `notices`."""
        for unit in units:
            if unit.track.medium == "video":
                self._rate_check.note(unit.time, unit.arrived)
        found = self._rate_check.result
        if found is self._reported_rate and video.corrected_count == self._reported_corrections:
            return
        kept = {notice.code: notice for notice in self.notices}
        if video.corrected_count > self._reported_corrections:
            kept["timestamps_corrected"] = StreamNotice("timestamps_corrected", units[-1].arrived)
        kept.pop("camera_rate", None)
        if found is not None:
            kept["camera_rate"] = create_rate_notice(found)
        self._reported_rate, self._reported_corrections = found, video.corrected_count
        self.notices = tuple(kept.values())


def create_rate_notice(found: NominalRate) -> StreamNotice:
    """The notice that a camera's timestamps advance faster or slower than its frames arrive."""
    speed = found.nominal_fps / found.sent
    # Rates that differ little get more digits, because otherwise they would look equal.
    slack = 0.02 if abs(speed - 1) > 0.05 else 0.0005
    counted, sent = round_rate(found.nominal_fps, slack), round_rate(found.sent, slack)
    facts = {"counted": counted, "sent": sent, "speed": round(speed, 2)}
    return StreamNotice("camera_rate", found.at, facts)


def restore_arrival_times(units: Sequence[MediaUnit], earliest: int) -> list[MediaUnit]:
    """Units that were read together after a pause, each with an estimate of its real arrival.

    Each unit arrived as long before the newest unit of its medium as its timestamp says, but not
    before `earliest` (monotonic nanoseconds).
    """
    newest: dict[str, int] = {}
    for unit in units:
        newest[unit.track.medium] = max(newest.get(unit.track.medium, unit.time), unit.time)
    return [
        replace(unit, arrived=max(unit.arrived - back, earliest))
        if (back := newest[unit.track.medium] - unit.time)
        else unit
        for unit in units
    ]


def format_transport(channel: int) -> str:
    """The Transport header for RTP on `channel` and RTCP on the next one, over TCP."""
    return f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}"


def _check_response(method: str, response: RtspResponse) -> RtspResponse:
    """Returns the response if its status is 200. Raises StreamError."""
    if response.status in (400, 404):
        raise StreamError("not_ready")
    if response.status in (401, 403):
        raise StreamError("refused")
    if response.status != 200:
        raise StreamError("lost", f"{method}: {response.status}")
    return response


def read_interleaved_channel(response: RtspResponse, requested: int) -> int:
    """The channel of a track's packets: the server may choose another one than `requested`."""
    for setting in response.headers.get("transport", "").split(";"):
        name, _, value = setting.partition("=")
        first = value.partition("-")[0]
        if name.strip() == "interleaved" and (channel := parse_int(first)) is not None:
            return channel
    return requested
