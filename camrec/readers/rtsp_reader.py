"""MediaMTX's local stream as units, each at the moment when it is whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from camrec.clock import Clock
from camrec.media import StreamNotice, Unit
from camrec.readers import sdp
from camrec.readers.access_units import HELD, Pictures
from camrec.readers.audio import Sound
from camrec.readers.audio_codecs import sound_of
from camrec.readers.errors import StreamError
from camrec.readers.h264 import H264
from camrec.readers.h265 import H265
from camrec.readers.jpeg_depacketizer import JpegDepacketizer
from camrec.readers.nominal_rate import NominalRate, NominalRateCheck
from camrec.readers.parse_int import number
from camrec.readers.reader import Reader
from camrec.readers.rtp import parse
from camrec.readers.rtsp_client import Answer, Dialogue

NAL_CODECS = {"H264": H264, "H265": H265}
VIDEO = (*NAL_CODECS, "JPEG")
Video = Pictures | JpegDepacketizer
SECOND = 10**9


class RtspReader(Reader):
    """Reads an RTSP address over TCP; used once.

    Nothing is re-timed: `Unit.time` is the camera's RTP time. The first video track that we can
    take is read, and the first such sound track if there is one.

    Parameters
    ----------
    url
        Without a credential: local streams need none.
    timeout, patience
        As `Reader`'s; MediaMTX holds the answer to DESCRIBE until the camera is there.
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
        self._tracks: dict[int, tuple[int, Video | Sound]] = {}
        self._rate_check = NominalRateCheck()
        self._found: NominalRate | None = None
        self._odd_stamps = 0

    @property
    def odd_numbers(self) -> bool:
        """Whether a packet of its video ever had another number than the one that was due."""
        tracks = [track for _, track in tuple(self._tracks.values())]
        return any(track.odd_numbers for track in tracks if isinstance(track, Video))

    def _batches(self) -> Iterator[Sequence[Unit]]:
        dialogue = self._connected(Dialogue(self._url, self._timeout))
        try:
            alive = self._open(dialogue)
        except EOFError:
            raise StreamError("lost", "ended before it began") from None
        yield from self._read(dialogue, alive)

    def _open(self, dialogue: Dialogue) -> str:
        """The dialogue up to PLAY; the request that keeps the session alive."""
        options = self._ask(dialogue, "OPTIONS")
        dialogue.patience = self._patience
        dialogue.send("DESCRIBE", Accept="application/sdp")
        if self._first_track:
            address = f"{self._url}/{self._first_track}"
            dialogue.send("SETUP", address, Transport=transport(0))
        described = _granted("DESCRIBE", dialogue.answer())
        dialogue.patience = self._timeout
        first = _granted("SETUP", dialogue.answer()) if self._first_track else None
        media = sdp.parse(described.body)
        self.advertised = tuple(medium.codec for medium in media if medium.codec)
        videos = [m for m in media if m.kind == "video" and m.codec in VIDEO]
        # M-JPEG only of a camera that has nothing else: it takes most of the network.
        video = next((m for m in videos if m.codec in NAL_CODECS), videos[0] if videos else None)
        if video is None:
            seen = [m.codec or m.kind for m in media if m.kind == "video"] or self.advertised
            raise StreamError("codec", ", ".join(seen))
        if video.odd_clock:
            # MediaMTX passes nothing on of it.
            raise StreamError("codec", f"{video.codec} without a clock rate")
        chosen: list[tuple[sdp.Medium, Video | Sound]] = [(video, video_of(video))]
        sounds = [(m, sound_of(m)) for m in media if m.kind == "audio"]
        chosen += [(medium, sound) for medium, sound in sounds if sound is not None][:1]
        if sounds and len(chosen) == 1:
            self.unheard = sounds[0][0].codec or f"payload type {sounds[0][0].payload}"
        base = described.headers.get("content-base", self._url)
        base = base if base.endswith("/") else base + "/"
        channel = 0 if first is None else 2
        for medium, track in chosen:
            if first is not None and medium is media[0]:
                self._tracks[channel_of(first, 0)] = (medium.payload, track)
                continue
            address = medium.control if "://" in medium.control else base + medium.control
            answer = self._ask(dialogue, "SETUP", address, Transport=transport(channel))
            self._tracks[channel_of(answer, channel)] = (medium.payload, track)
            channel += 2
        self._ask(dialogue, "PLAY", base, Range="npt=0.000-")
        return (
            "GET_PARAMETER" if "GET_PARAMETER" in options.headers.get("public", "") else "OPTIONS"
        )

    def _ask(self, dialogue: Dialogue, method: str, url: str = "", **headers: str) -> Answer:
        return _granted(method, dialogue.ask(method, url, **headers))

    def _read(self, dialogue: Dialogue, alive: str) -> Iterator[Sequence[Unit]]:
        interval = int(dialogue.session_timeout / 2 * SECOND)
        patience = int(self._patience * SECOND)
        # Often enough to see that something is due; a new wait a packet would cost a system call.
        beat = min(interval, patience, SECOND) // 4
        heard = self._clock.monotonic_ns()
        due = heard + interval
        pictures = next(track for _, track in self._tracks.values() if isinstance(track, Video))
        now = heard
        while True:
            before, now = now, self._clock.monotonic_ns()
            rest = 0.0 if dialogue.more else self._rest  # another thread may change it
            if rest:
                # All readers at the same moment: one wakes the processor up for the others.
                self._stirred.wait(rest - now / SECOND % rest)
                now = self._clock.monotonic_ns()
            if now >= due:
                dialogue.send(alive)
                due = now + interval
            if now >= heard + patience:
                raise StreamError("silent")
            if pictures.held and now >= pictures.arrived + HELD:
                yield pictures.release()
            units: list[Unit] = []
            arrived = 0
            try:
                for channel, data in dialogue.packets((HELD if pictures.held else beat) / SECOND):
                    # All that came in one piece came at one moment.
                    arrived = arrived or self._clock.monotonic_ns()
                    payload, track = self._tracks.get(channel, (-1, pictures))
                    if track is pictures and pictures.goes_on(data, arrived):
                        heard = arrived
                        continue
                    packet = parse(data)
                    if packet is not None and packet.kind == payload:
                        heard = arrived
                        units += track.push(packet, arrived)
            except EOFError:
                yield [*units, *pictures.release()]
                raise
            if units:
                self._observe(units, pictures)
                yield put_back(units, before) if rest else units

    def _observe(self, units: Sequence[Unit], video: Video) -> None:
        """See how the times of what came lie to its arrivals."""
        for unit in units:
            if unit.track.medium == "video":
                self._rate_check.note(unit.time, unit.arrived)
        found = self._rate_check.found
        if found is self._found and video.odd_stamps == self._odd_stamps:
            return
        kept = {notice.code: notice for notice in self.notices}
        if video.odd_stamps > self._odd_stamps:
            kept["timestamps_corrected"] = StreamNotice("timestamps_corrected", units[-1].arrived)
        kept.pop("camera_rate", None)
        if found is not None:
            kept["camera_rate"] = rate_notice(found)
        self._found, self._odd_stamps = found, video.odd_stamps
        self.notices = tuple(kept.values())


def rate_notice(found: NominalRate) -> StreamNotice:
    speed = found.counted / found.sent
    # Rates that are nearly the same are not told as if they were.
    slack = 0.02 if abs(speed - 1) > 0.05 else 0.0005
    counted, sent = _plain(found.counted, slack), _plain(found.sent, slack)
    facts = {"counted": counted, "sent": sent, "speed": round(speed, 2)}
    return StreamNotice("camera_rate", found.at, facts)


def _plain(rate: float, slack: float) -> int | float:
    """Whole where it is known no better."""
    whole = round(rate)
    return whole if abs(rate - whole) <= slack * rate else round(rate, 2)


def video_of(medium: sdp.Medium) -> Video:
    """What puts its frames together."""
    if medium.codec == "JPEG":
        return JpegDepacketizer(medium.rate, medium.size)
    return Pictures(medium.rate, NAL_CODECS[medium.codec](), medium.parameter_sets())


def put_back(units: Sequence[Unit], earliest: int) -> list[Unit]:
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


def transport(channel: int) -> str:
    return f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}"


def _granted(method: str, answer: Answer) -> Answer:
    """The answer, where it is what was asked for. Raises StreamError."""
    if answer.status in (400, 404):
        raise StreamError("not_ready")
    if answer.status in (401, 403):
        raise StreamError("refused")
    if answer.status != 200:
        raise StreamError("lost", f"{method}: {answer.status}")
    return answer


def channel_of(answer: Answer, asked: int) -> int:
    """The channel on which a track's packets come, which the server may choose otherwise."""
    for setting in answer.headers.get("transport", "").split(";"):
        name, _, value = setting.partition("=")
        first = value.partition("-")[0]
        if name.strip() == "interleaved" and (channel := number(first)) is not None:
            return channel
    return asked
