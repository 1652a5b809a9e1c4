"""MediaMTX's local stream as units, each at the moment when it is whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from camrec.clock import NS_PER_SECOND, Clock
from camrec.codecs import H264Depacketizer, H265Depacketizer
from camrec.media import MediaUnit, StreamNotice
from camrec.readers.errors import StreamError
from camrec.readers.nominal_rate import NominalRate, NominalRateCheck
from camrec.readers.reader import StreamReader
from camrec.readers.rtsp_client import RtspConnection, RtspResponse
from camrec.rtp import (
    MAX_FRAME_HOLD_NS,
    AccessUnitAssembler,
    AudioDepacketizer,
    JpegDepacketizer,
    MediaDescription,
    create_audio_depacketizer,
    parse_int,
    parse_packet,
    parse_sdp,
)

NAL_DEPACKETIZERS = {"H264": H264Depacketizer, "H265": H265Depacketizer}
VIDEO_CODECS = (*NAL_DEPACKETIZERS, "JPEG")
VideoDepacketizer = AccessUnitAssembler | JpegDepacketizer


class RtspReader(StreamReader):
    """Reads an RTSP address over TCP; used once.

    Nothing is re-timed: `MediaUnit.time` is the camera's RTP time. The first video track that we
    can take is read, and the first such sound track if there is one.

    Parameters
    ----------
    url
        Without a credential: local streams need none.
    timeout, patience
        As `StreamReader`'s; MediaMTX holds the answer to DESCRIBE until the camera is there.
    first_track
        The control address of the first track, where it is known: it is set up together with the
        description. MediaMTX plays the camera at once, and its first key frame waits for nobody.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        timeout: float = 5.0,
        patience: float | None = None,
        first_track: str = "",
    ) -> None:
        super().__init__(clock, timeout, patience)
        self._first_track = first_track
        self._url = url
        self._tracks: dict[int, tuple[int, VideoDepacketizer | AudioDepacketizer]] = {}
        self._rate_check = NominalRateCheck()
        self._reported_rate: NominalRate | None = None
        self._reported_corrections = 0

    @property
    def odd_numbers(self) -> bool:
        """Whether a packet of its video ever had another number than the one that was due."""
        tracks = [track for _, track in tuple(self._tracks.values())]
        return any(track.odd_numbers for track in tracks if isinstance(track, VideoDepacketizer))

    def _read_batches(self) -> Iterator[Sequence[MediaUnit]]:
        dialogue = self._register_connection(RtspConnection(self._url, self._timeout))
        try:
            alive = self._set_up(dialogue)
        except EOFError:
            raise StreamError("lost", "ended before it began") from None
        yield from self._read_packets(dialogue, alive)

    def _set_up(self, dialogue: RtspConnection) -> str:
        """The dialogue up to PLAY; the request that keeps the session alive."""
        options = self._request(dialogue, "OPTIONS")
        dialogue.patience = self._media_timeout
        dialogue.send("DESCRIBE", Accept="application/sdp")
        if self._first_track:
            address = f"{self._url}/{self._first_track}"
            dialogue.send("SETUP", address, Transport=format_transport(0))
        described = _check_response("DESCRIBE", dialogue.answer())
        dialogue.patience = self._timeout
        first = _check_response("SETUP", dialogue.answer()) if self._first_track else None
        media = parse_sdp(described.body)
        self.advertised_codecs = tuple(medium.codec for medium in media if medium.codec)
        videos = [m for m in media if m.kind == "video" and m.codec in VIDEO_CODECS]
        # M-JPEG only of a camera that has nothing else: it takes most of the network.
        video = next(
            (m for m in videos if m.codec in NAL_DEPACKETIZERS), videos[0] if videos else None
        )
        if video is None:
            seen = [m.codec or m.kind for m in media if m.kind == "video"] or self.advertised_codecs
            raise StreamError("codec", ", ".join(seen))
        if video.odd_clock:
            # MediaMTX passes nothing on of it.
            raise StreamError("codec", f"{video.codec} without a clock rate")
        chosen: list[tuple[MediaDescription, VideoDepacketizer | AudioDepacketizer]] = [
            (video, create_video_depacketizer(video))
        ]
        sounds = [(m, create_audio_depacketizer(m)) for m in media if m.kind == "audio"]
        chosen += [(medium, sound) for medium, sound in sounds if sound is not None][:1]
        if sounds and len(chosen) == 1:
            self.unsupported_audio = sounds[0][0].codec or f"payload type {sounds[0][0].payload}"
        base = described.headers.get("content-base", self._url)
        base = base if base.endswith("/") else base + "/"
        channel = 0 if first is None else 2
        for medium, track in chosen:
            if first is not None and medium is media[0]:
                self._tracks[read_interleaved_channel(first, 0)] = (medium.payload, track)
                continue
            address = medium.control if "://" in medium.control else base + medium.control
            answer = self._request(dialogue, "SETUP", address, Transport=format_transport(channel))
            self._tracks[read_interleaved_channel(answer, channel)] = (medium.payload, track)
            channel += 2
        self._request(dialogue, "PLAY", base, Range="npt=0.000-")
        return (
            "GET_PARAMETER" if "GET_PARAMETER" in options.headers.get("public", "") else "OPTIONS"
        )

    def _request(
        self, dialogue: RtspConnection, method: str, url: str = "", **headers: str
    ) -> RtspResponse:
        return _check_response(method, dialogue.ask(method, url, **headers))

    def _read_packets(self, dialogue: RtspConnection, alive: str) -> Iterator[Sequence[MediaUnit]]:
        interval = int(dialogue.session_timeout / 2 * NS_PER_SECOND)
        patience = int(self._media_timeout * NS_PER_SECOND)
        # Often enough to see that something is due; a new wait a packet would cost a system call.
        beat = min(interval, patience, NS_PER_SECOND) // 4
        heard = self._clock.monotonic_ns()
        due = heard + interval
        pictures = next(
            track for _, track in self._tracks.values() if isinstance(track, VideoDepacketizer)
        )
        now = heard
        while True:
            before, now = now, self._clock.monotonic_ns()
            rest = 0.0 if dialogue.has_more else self._read_interval  # another thread may change it
            if rest:
                # All readers at the same moment: one wakes the processor up for the others.
                self._wake.wait(rest - now / NS_PER_SECOND % rest)
                now = self._clock.monotonic_ns()
            if now >= due:
                dialogue.send(alive)
                due = now + interval
            if now >= heard + patience:
                raise StreamError("silent")
            if pictures.is_holding and now >= pictures.arrived + MAX_FRAME_HOLD_NS:
                yield pictures.release()
            units: list[MediaUnit] = []
            arrived = 0
            try:
                for channel, data in dialogue.packets(
                    (MAX_FRAME_HOLD_NS if pictures.is_holding else beat) / NS_PER_SECOND
                ):
                    # All that came in one piece came at one moment.
                    arrived = arrived or self._clock.monotonic_ns()
                    payload, track = self._tracks.get(channel, (-1, pictures))
                    if track is pictures and pictures.try_append_fragment(data, arrived):
                        heard = arrived
                        continue
                    packet = parse_packet(data)
                    if packet is not None and packet.kind == payload:
                        heard = arrived
                        units += track.push(packet, arrived)
            except EOFError:
                yield [*units, *pictures.release()]
                raise
            if units:
                self._check_timestamps(units, pictures)
                yield restore_arrival_times(units, before) if rest else units

    def _check_timestamps(self, units: Sequence[MediaUnit], video: VideoDepacketizer) -> None:
        """See how the times of what came lie to its arrivals."""
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
    speed = found.nominal_fps / found.sent
    # Rates that are nearly the same are not told as if they were.
    slack = 0.02 if abs(speed - 1) > 0.05 else 0.0005
    counted, sent = _round_rate(found.nominal_fps, slack), _round_rate(found.sent, slack)
    facts = {"counted": counted, "sent": sent, "speed": round(speed, 2)}
    return StreamNotice("camera_rate", found.at, facts)


def _round_rate(rate: float, slack: float) -> int | float:
    """Whole where it is known no better."""
    whole = round(rate)
    return whole if abs(rate - whole) <= slack * rate else round(rate, 2)


def create_video_depacketizer(medium: MediaDescription) -> VideoDepacketizer:
    """What puts its frames together."""
    if medium.codec == "JPEG":
        return JpegDepacketizer(medium.rate, medium.size)
    return AccessUnitAssembler(
        medium.rate, NAL_DEPACKETIZERS[medium.codec](), medium.decode_parameter_sets()
    )


def restore_arrival_times(units: Sequence[MediaUnit], earliest: int) -> list[MediaUnit]:
    """What came in a rest, each at the moment when it came: as long before the newest of its medium
    as the camera's own times say, and not before `earliest` (monotonic nanoseconds).
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
    return f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}"


def _check_response(method: str, answer: RtspResponse) -> RtspResponse:
    """The answer, where it is what was asked for. Raises StreamError."""
    if answer.status in (400, 404):
        raise StreamError("not_ready")
    if answer.status in (401, 403):
        raise StreamError("refused")
    if answer.status != 200:
        raise StreamError("lost", f"{method}: {answer.status}")
    return answer


def read_interleaved_channel(answer: RtspResponse, asked: int) -> int:
    """The channel on which a track's packets come, which the server may choose otherwise."""
    for setting in answer.headers.get("transport", "").split(";"):
        name, _, value = setting.partition("=")
        first = value.partition("-")[0]
        if name.strip() == "interleaved" and (channel := parse_int(first)) is not None:
            return channel
    return asked
