"""The readers with real proxies and cameras, and with servers that misbehave."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from camrec.camera_address import parse_address
from camrec.clock import Clock
from camrec.media import AudioTrack, MediaUnit, VideoTrack
from camrec.proxies import Go2rtc, MediaMTX
from camrec.readers import MjpegReader, RtspReader, StreamError, rtsp_client
from camrec.readers.rtsp_reader import restore_arrival_times
from camrec.tcp_sockets import interrupt_socket
from support.cameras import MjpegCamera, RtspCamera
from support.cameras.rtsp import slices_hash
from support.units_made import SECOND, until

pytestmark = pytest.mark.slow(0.8)


@pytest.fixture(scope="module")
def mediamtx(binaries, tmp_path_factory):
    proxy = MediaMTX(lambda: binaries.mediamtx, tmp_path_factory.mktemp("bin"), 0)
    proxy.ensure_ready()
    yield proxy
    proxy.stop()


def read(proxy: MediaMTX, path: str, seconds: float) -> tuple[RtspReader, list[MediaUnit]]:
    """What arrives on a path within some seconds after its first unit."""
    reader = RtspReader(proxy.local_url(path), Clock(), 60.0)
    units: list[MediaUnit] = []
    for unit in reader.units():
        units.append(unit)
        if unit.arrived - units[0].arrived > seconds * SECOND:
            reader.close()
    return reader, units


# The camera's timestamps.

CAMERAS = {
    "irregular, aac": {"irregular": True, "audio": "aac"},
    "irregular, no sound": {"irregular": True},
    "b-frames, pcma": {"b_frames": 2, "audio": "pcma", "auth": "digest"},
    "parameters in the description only, pcmu": {"in_band": False, "audio": "pcmu"},
    "h265, opus": {"codec": "h265", "audio": "opus", "auth": "basic"},
    "h265, b-frames, l16": {"codec": "h265", "b_frames": 2, "audio": "l16"},
    "silent sound": {"audio": "aac", "sound_until": 0},
}


def check(options: dict, camera: RtspCamera, units: list[MediaUnit]) -> None:
    """Every frame is there once, unchanged, at its own time; so is the audio."""
    truth = {taken.slices: taken for taken in camera.truth()}
    video = [unit for unit in units if unit.track.medium == "video"]
    sound = [unit for unit in units if unit.track.medium == "audio"]
    taken = [truth[slices_hash(unit.data, unit.track.codec)] for unit in video]
    sent = [each.number for each in camera.truth()]
    first = sent.index(taken[0].number)
    assert [each.number for each in taken] == sent[first : first + len(taken)]
    # Not within 0.02 ms, but exactly. The proxy may shift them all by the same amount.
    ticks = {
        (round(u.time * 90_000 / 1e9) - t.rtp) % 2**32 for u, t in zip(video, taken, strict=True)
    }
    assert len(ticks) == 1
    assert [unit.key for unit in video] == [each.key for each in taken]
    assert not any(unit.lost for unit in units)
    assert len({unit.track for unit in video}) == 1
    track = video[0].track
    assert (track.codec, track.width, track.height) == (options.get("codec", "h264"), 320, 180)
    assert (track.reorder > 0) == (options.get("b_frames", 0) > 0)
    for unit in video:
        assert not unit.key or track.parameters in unit.data
        # By the same clock: a busy machine may be many seconds late with the first frames.
        assert abs(unit.arrived - unit.time - unit.offset) < 60 * SECOND
    codec = options.get("audio") if options.get("sound_until") != 0 else None
    assert {unit.track.codec for unit in sound} == ({codec} if codec else set())
    if sound:
        rate = sound[0].track.rate
        heard = [round(unit.time * rate / 1e9) % 2**32 for unit in sound]
        told = camera.audio_timestamps()
        first = told.index(heard[0])
        assert heard == told[first : first + len(heard)]


def test_rtsp_units_have_the_camera_s_timestamps(mediamtx):
    def one(place: int, options: dict) -> None:
        with RtspCamera(**options) as camera:
            mediamtx.add(f"times{place}", parse_address(camera.url))
            try:
                reader, units = read(mediamtx, f"times{place}", 4)
            finally:
                mediamtx.remove(f"times{place}")
            check(options, camera, units)
            assert camera.connections == 1
            assert reader.advertised_codecs[0] == options.get("codec", "h264").upper()
            assert len(reader.advertised_codecs) == 1 + bool(options.get("audio"))

    with ThreadPoolExecutor(len(CAMERAS)) as pool:
        running = {
            name: pool.submit(one, place, options)
            for place, (name, options) in enumerate(CAMERAS.items())
        }
    failed = {name: job.exception() for name, job in running.items() if job.exception()}
    assert not failed


AUDIO_CODECS = ("g722", "g726le", "gsm", "l8", "l24", "mp2", "mp3", "ac3", "latm", "vorbis")


@pytest.mark.slow
def test_the_proxy_relays_rarer_audio_codecs(mediamtx):
    """Each is read as what it is; audio that cannot be read is reported, and costs no frame."""

    def one(name: str) -> None:
        with RtspCamera(audio=name) as camera:
            mediamtx.add(name, parse_address(camera.url))
            try:
                reader, units = read(mediamtx, name, 3)
            finally:
                mediamtx.remove(name)
        heard = {unit.track.codec for unit in units if unit.track.medium == "audio"}
        assert sum(unit.track.medium == "video" for unit in units) > 20
        assert not any(unit.lost for unit in units)
        if name == "vorbis":
            assert (heard, reader.unsupported_audio) == (set(), "VORBIS")
        else:
            assert (heard, reader.unsupported_audio) == ({"aac" if name == "latm" else name}, "")

    with ThreadPoolExecutor(4) as pool:
        running = {name: pool.submit(one, name) for name in AUDIO_CODECS}
    failed = {name: job.exception() for name, job in running.items() if job.exception()}
    assert not failed


@pytest.mark.slow
def test_timestamps_stay_correct_after_sender_reports(mediamtx):
    """Sender reports come about 1, 10 and 30 s after the start; they shift other readers' times."""
    options = CAMERAS["irregular, aac"]
    with RtspCamera(**options) as camera:
        mediamtx.add("long", parse_address(camera.url))
        try:
            _, units = read(mediamtx, "long", 34)
        finally:
            mediamtx.remove("long")
        check(options, camera, units)


def test_media_units_are_returned_as_soon_as_they_are_complete(mediamtx):
    with RtspCamera() as camera:
        mediamtx.add("soon", parse_address(camera.url))
        try:
            _, units = read(mediamtx, "soon", 2)
        finally:
            mediamtx.remove("soon")
        sent = {taken.slices: taken.sent for taken in camera.truth()}
        delays = [unit.arrived - sent[slices_hash(unit.data)] for unit in units]
    # A reader that waits for the next frame would be 100 ms late.
    assert statistics.median(delays) < 0.02 * SECOND


def test_the_reader_ends_when_the_camera_ends(mediamtx):
    with RtspCamera() as camera:
        mediamtx.add("ends", parse_address(camera.url))
        try:
            killer = threading.Timer(2, camera.kill)
            killer.start()
            _, units = read(mediamtx, "ends", 60)
            killer.join()
        finally:
            mediamtx.remove("ends")
        assert units


def test_a_reader_of_an_unknown_path_fails_with_the_reason(mediamtx):
    with pytest.raises(StreamError) as error:
        list(RtspReader(mediamtx.local_url("unknown"), Clock()).units())
    assert error.value.reason == "not_ready"


def test_a_camera_that_does_not_answer_is_awaited_as_long_as_is_asked(mediamtx):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        mediamtx.add("mute", parse_address(f"rtsp://127.0.0.1:{mute.getsockname()[1]}/x"))
        began = time.monotonic()
        try:
            with pytest.raises(StreamError) as error:
                list(RtspReader(mediamtx.local_url("mute"), Clock(), 0.1, patience=0.5).units())
        finally:
            mediamtx.remove("mute")
        assert error.value.reason == "silent"
        assert time.monotonic() - began >= 0.5


# Servers that misbehave.

DESCRIPTION = (
    "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track0\r\n"
    "a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==\r\n"
)


class Server:
    """Speaks RTSP with one client: `described`, then `play(client)` after it sent PLAY.

    asked : the methods of all requests, with the moment of each.
    """

    def __init__(
        self,
        play: Callable[[socket.socket], None],
        described: str = DESCRIPTION,
        session: str = "abc",
        status: str = "200 OK",
    ) -> None:
        self._play, self._described, self._session = play, described, session
        self._status = status
        self.asked: list[str] = []

    def __enter__(self) -> Server:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"rtsp://127.0.0.1:{self._listener.getsockname()[1]}/made"
        self._client: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, name="rtsp-made", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error) -> None:
        for end in (self._listener, self._client):
            if end is not None:
                interrupt_socket(end)
                end.close()
        self._thread.join()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            self._client, _ = self._listener.accept()
            heard = b""
            while piece := self._client.recv(4096):
                heard += piece
                while b"\r\n\r\n" in heard:
                    request, _, heard = heard.partition(b"\r\n\r\n")
                    self._answer(request.decode())

    def _answer(self, request: str) -> None:
        method, *_ = request.split()
        self.asked.append(method)
        number = request.partition("CSeq: ")[2].split()[0]
        body = self._described if method == "DESCRIBE" else ""
        lines = [f"RTSP/1.0 {self._status}", f"CSeq: {number}", f"Session: {self._session}"]
        lines += ["Public: DESCRIBE, SETUP, PLAY, GET_PARAMETER", f"Content-Length: {len(body)}"]
        self._client.sendall("\r\n".join([*lines, "", body]).encode())
        if method == "PLAY":
            self._play(self._client)


def packet(sequence: int, marker: bool = True, channel: int = 0) -> bytes:
    """An interleaved packet with one small key frame."""
    body = bytes([0x80, marker << 7 | 96, 0, sequence, 0, 0, sequence, 0]) + bytes(4) + b"\x65xyz"
    return b"$" + bytes([channel]) + len(body).to_bytes(2, "big") + body


def reading(server: Server, timeout: float = 20.0) -> tuple[list[MediaUnit], StreamError | None]:
    units: list[MediaUnit] = []
    try:
        for unit in RtspReader(server.url, Clock(), timeout).units():
            units.append(unit)
    except StreamError as error:
        return units, error
    return units, None


def test_the_rtsp_session_is_kept_alive():
    answered = threading.Event()

    def play(client: socket.socket) -> None:
        client.sendall(packet(1))

    with Server(play, session="abc;timeout=1") as server:
        reader = RtspReader(server.url, Clock(), 20.0)
        units: list[MediaUnit] = []
        thread = threading.Thread(target=lambda: (units.extend(reader.units()), answered.set()))
        thread.start()
        until(lambda: server.asked.count("GET_PARAMETER") >= 2)
        reader.close()
        thread.join()
        assert answered.is_set()
    assert server.asked[:4] == ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"]
    assert len(units) == 1


def test_packets_are_read_in_any_pieces_between_reports_and_responses():
    stream = b"".join(
        [
            packet(1),
            b"$\x01\0\x04rtcp",
            packet(2),
            b"RTSP/1.0 200 OK\r\nCSeq: 9\r\nContent-Length: 5\r\n\r\n$\0\0\1x",
            packet(3),
            b"SET_PARAMETER rtsp://x RTSP/1.0\r\nCSeq: 1\r\n\r\n",
            packet(4),
            packet(9, channel=6),
        ]
    )

    def play(client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(len(stream)):
            client.sendall(stream[at : at + 1])
        client.shutdown(socket.SHUT_WR)

    with Server(play) as server:
        units, error = reading(server)
    assert error is None
    assert [round(unit.time * 90_000 / 1e9) >> 8 for unit in units] == [1, 2, 3, 4]


def test_packets_that_arrive_with_the_play_response_are_read():
    """Also if the stream ends right after it."""

    class Quick(Server):
        def _answer(self, request: str) -> None:
            if request.startswith("PLAY"):
                number = request.partition("CSeq: ")[2].split()[0]
                answer = f"RTSP/1.0 200 OK\r\nCSeq: {number}\r\nSession: abc\r\n\r\n".encode()
                self._client.sendall(answer + packet(1) + packet(2))
                self._client.shutdown(socket.SHUT_WR)
            else:
                super()._answer(request)

    with Quick(lambda client: None) as server:
        units, error = reading(server)
    assert error is None
    assert [round(unit.time * 90_000 / 1e9) >> 8 for unit in units] == [1, 2]


def test_a_packet_cut_by_the_end_of_a_reading_spoils_none(monkeypatch):
    """The rest of such a packet is moved to the front only when all others have been taken."""
    monkeypatch.setattr(rtsp_client, "PACKET_BUFFER_BYTES", 700)  # packets, and part of one more
    stream = b"".join(packet(sequence) for sequence in range(1, 250))
    with Server(lambda client: (client.sendall(stream), client.shutdown(socket.SHUT_WR))) as server:
        units, error = reading(server)
    assert error is None
    assert [round(unit.time * 90_000 / 1e9) >> 8 for unit in units] == list(range(1, 250))
    assert all(unit.data.endswith(b"\x65xyz") and not unit.lost for unit in units)


def test_packets_are_read_in_batches_without_low_latency():
    more, rested = threading.Event(), threading.Event()

    def play(client: socket.socket) -> None:
        for sequence in range(1, 6):  # then its markers are trusted: frames are passed on at once
            client.sendall(packet(sequence))
        assert rested.wait(20)
        for sequence in range(6, 16):
            client.sendall(packet(sequence))
        more.set()

    with Server(play) as server:
        reader = RtspReader(server.url, Clock())
        batches = reader.batches()
        first = 0
        while first < 5:
            first += len(next(batches))
        # It pauses before the next read; woken up, it reads all that arrived meanwhile.
        reader.set_read_interval(3600)
        rested.set()
        stirring = threading.Thread(target=lambda: (more.wait(20), reader.set_read_interval(0)))
        stirring.start()
        together = next(batches)
        stirring.join()
        assert len(together) > 1
        reader.close()
        assert list(batches) == []


def test_arrival_times_within_a_batch_are_restored_from_the_timestamps():
    track, sound = VideoTrack("h264", 64, 48), AudioTrack("aac", 48_000, 2)
    told = [(track, 100), (sound, 7), (track, 220), (track, 180), (sound, 9)]
    units = [MediaUnit(each, b"", time, 0, 1000, True) for each, time in told]
    assert [unit.arrived for unit in restore_arrival_times(units, 0)] == [880, 998, 1000, 960, 1000]
    assert [unit.arrived for unit in restore_arrival_times(units, 950)] == [
        950,
        998,
        1000,
        960,
        1000,
    ]


def test_a_held_frame_is_handed_on_when_it_stays_quiet():
    with Server(lambda client: client.sendall(packet(1))) as server:
        reader = RtspReader(server.url, Clock(), 20.0)
        units = reader.units()
        assert next(units).key
        reader.close()
        assert list(units) == []


def test_a_closed_reader_returns_nothing_of_what_it_has_received():
    with Server(lambda client: client.sendall(b"".join(map(packet, range(9))))) as server:
        reader = RtspReader(server.url, Clock(), 20.0)
        units = reader.units()
        next(units)
        reader.close()
        assert list(units) == []


@pytest.mark.parametrize(
    ("junk", "reason"),
    [
        (b"x" * 20_000, "lost"),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n", "lost"),
        (b"RTSP/1.0 200 OK\r\nContent-Length: x\r\n\r\n", "lost"),
    ],
)
def test_a_peer_that_does_not_speak_rtsp_is_reported(junk, reason):
    with Server(lambda client: client.sendall(junk)) as server:
        units, error = reading(server)
    assert units == [] and error.reason == reason


def test_a_silent_server_is_left_before_and_after_play():
    with Server(lambda client: None) as server:
        assert reading(server, timeout=0.2)[1].reason == "silent"
    with Server(lambda client: client.sendall(packet(1) + b"$\x01\0\x04rtcp")) as server:
        units, error = reading(server, timeout=0.3)
        assert len(units) == 1 and error.reason == "silent"
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"rtsp://127.0.0.1:{mute.getsockname()[1]}/x"
        with pytest.raises(StreamError) as told:
            list(RtspReader(url, Clock(), 0.2).units())
    assert told.value.reason == "silent"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("404 Not Found", "not_ready"),
        ("400 Bad Request", "not_ready"),
        ("401 Unauthorized", "refused"),
        ("503 Service Unavailable", "lost"),
    ],
)
def test_each_rtsp_status_has_its_error_code(status, reason):
    with Server(lambda client: None, status=status) as server:
        assert reading(server)[1].reason == reason


def test_a_reader_that_is_refused_or_hung_up_on_says_so():
    with socket.create_server(("127.0.0.1", 0)) as nothing:
        url = f"rtsp://127.0.0.1:{nothing.getsockname()[1]}/x"
    with pytest.raises(StreamError) as error:
        list(RtspReader(url, Clock()).units())
    assert error.value.reason == "refused"
    with Server(lambda client: client.shutdown(socket.SHUT_RDWR)) as server:
        assert reading(server) == ([], None)


@pytest.mark.parametrize(
    ("described", "detail"),
    [
        ("m=video 0 RTP/AVP 96\r\na=rtpmap:96 VP9/90000\r\n", "VP9"),
        ("m=video 0 RTP/AVP 31\r\n", "video"),
        ("m=audio 0 RTP/AVP 0\r\n", "PCMU"),
        ("", ""),
    ],
)
def test_a_description_without_supported_video_is_an_error(described, detail):
    with Server(lambda client: None, described=f"v=0\r\n{described}") as server:
        error = reading(server)[1]
    assert (error.reason, error.detail) == ("codec", detail)


@pytest.mark.parametrize(
    ("sound", "unheard"),
    [
        ("", ""),
        ("m=audio 0 RTP/AVP 0\r\n", ""),
        ("m=audio 0 RTP/AVP 97\r\na=rtpmap:97 speex/16000\r\n", "SPEEX"),
        ("m=audio 0 RTP/AVP 4\r\n", "payload type 4"),
        ("m=audio 0 RTP/AVP 97\r\na=rtpmap:97 speex/16000\r\nm=audio 0 RTP/AVP 8\r\n", ""),
    ],
)
def test_unsupported_audio_is_reported_by_the_reader(sound, unheard):
    with Server(lambda client: client.sendall(packet(1)), DESCRIPTION + sound) as server:
        reader = RtspReader(server.url, Clock(), 20.0)
        units = reader.units()
        assert next(units).key and reader.unsupported_audio == unheard
        reader.close()
        assert list(units) == []


@pytest.mark.parametrize("when", ["before", "dialogue", "playing"])
def test_a_reader_is_closed_from_another_thread(when):
    with contextlib.ExitStack() as stack:
        if when == "playing":
            server = stack.enter_context(Server(lambda client: client.sendall(packet(1))))
            url = server.url
        else:
            mute = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            url = f"rtsp://127.0.0.1:{mute.getsockname()[1]}/x"
        reader = RtspReader(url, Clock(), 60.0)
        if when == "before":
            reader.close()
            assert list(reader.units()) == []
            return
        ended = threading.Event()
        thread = threading.Thread(target=lambda: (list(reader.units()), ended.set()))
        thread.start()
        if when == "playing":
            until(lambda: "PLAY" in server.asked)
        else:
            stack.enter_context(mute.accept()[0])
        reader.close()
        thread.join(20)
        assert ended.is_set()
        reader.close()


# go2rtc.


@contextlib.contextmanager
def opened(proxy: Go2rtc, camera: MjpegCamera):
    proxy.add("mjpeg", parse_address(camera.url))
    try:
        yield lambda timeout=20.0: MjpegReader(*proxy.stream_endpoint("mjpeg"), Clock(), timeout)
    finally:
        proxy.remove("mjpeg")


def test_jpegs_are_read_unchanged_as_they_are_sent(go2rtc):
    with (
        MjpegCamera(irregular=True, auth="digest") as camera,
        opened(go2rtc, camera) as reader_of,
    ):
        reader = reader_of()
        units = []
        for unit in reader.units():
            units.append(unit)
            if unit.time - units[0].time > 6 * SECOND:
                reader.close()
        # The camera logs a frame after it has sent it.
        read = [hashlib.sha1(unit.data).hexdigest() for unit in units]
        until(lambda: read[-1] in {sent.sha for sent in camera.truth()})
        truth = {sent.sha: sent for sent in camera.truth()}
        sent = [truth[each] for each in read]
        assert camera.connections == 1
    first = sent[0].number
    assert [each.number for each in sent] == [each.number for each in truth.values()][
        : len(sent)
    ] and first < 10
    assert all(u.key and u.time == u.arrived and u.offset == 0 for u in units)
    delays = [unit.time - each.at for unit, each in zip(units, sent, strict=True)]
    assert statistics.median(delays) < 0.02 * SECOND
    (track,) = {unit.track for unit in units}
    assert (track.codec, track.width, track.height) == ("mjpeg", 640, 360)
    assert reader.advertised_codecs == ("JPEG",)


def test_the_camera_is_left_when_the_reader_ends(go2rtc):
    with MjpegCamera(rate=25) as camera, opened(go2rtc, camera) as reader_of:
        reader = reader_of()
        units = reader.units()
        next(units)
        assert camera.connected == 1
        reader.close()
        assert list(units) == []
        until(lambda: camera.connected == 0)


def test_mjpeg_frames_of_another_size_are_another_track(go2rtc):
    with MjpegCamera(rate=25) as camera, opened(go2rtc, camera) as reader_of:
        reader = reader_of()
        tracks = []
        for unit in reader.units():
            if unit.track not in tracks:
                tracks.append(unit.track)
                camera.size = (320, 240)
            if len(tracks) == 2:
                reader.close()
    assert [(track.width, track.height) for track in tracks] == [(640, 360), (320, 240)]


@pytest.mark.parametrize(
    ("camera", "text"),
    [
        ({"status": 404}, "404"),
        ({"auth": "basic", "wrong": True}, "auth"),
        ({"variant": "html"}, "EOF"),
    ],
)
def test_the_proxy_s_reason_is_in_the_reader_s_error(go2rtc, camera, text):
    wrong = camera.pop("wrong", False)
    with MjpegCamera(**{"rate": 25, **camera}) as made, opened(go2rtc, made) as reader_of:
        if wrong:
            go2rtc.add("mjpeg", parse_address(made.url.replace("viewer", "someone")))
        with pytest.raises(StreamError) as error:
            list(reader_of().units())
    assert error.value.reason == "message" and text in error.value.detail
    assert "p@s" not in str(error.value)


def test_a_frozen_mjpeg_camera_ends_the_reader_as_silent(go2rtc):
    with MjpegCamera(rate=25) as camera, opened(go2rtc, camera) as reader_of:
        with pytest.raises(StreamError) as error:
            for _ in reader_of(timeout=0.5).units():
                camera.freeze()
        assert error.value.reason == "silent"
        camera.thaw()
        assert next(reader_of().units()).key


def test_the_mjpeg_reader_closes_while_it_waits_for_a_jpeg(go2rtc):
    with MjpegCamera(rate=25) as camera, opened(go2rtc, camera) as reader_of:
        reader = reader_of(timeout=60.0)
        units: list[MediaUnit] = []
        ended = threading.Event()
        thread = threading.Thread(target=lambda: (units.extend(reader.units()), ended.set()))
        camera.freeze()
        thread.start()
        until(lambda: camera.connected == 1)
        reader.close()
        thread.join(20)
        assert ended.is_set() and units == []


def test_the_mjpeg_reader_closes_while_the_proxy_does_not_answer():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"ws://127.0.0.1:{mute.getsockname()[1]}/api/ws?src=x"
        reader = MjpegReader(url, "a", "b", Clock(), 60.0)
        thread = threading.Thread(target=lambda: list(reader.units()))
        thread.start()
        with mute.accept()[0] as client:
            assert client.recv(1000)
            reader.close()
            thread.join(20)
            assert not thread.is_alive()


def test_the_proxy_rejects_readers_without_its_password(go2rtc):
    url, user, _ = go2rtc.stream_endpoint("mjpeg")
    with pytest.raises(StreamError) as error:
        list(MjpegReader(url, user, "wrong", Clock()).units())
    assert error.value.reason == "refused"
    port = url.split(":")[2].split("/")[0]
    with pytest.raises(StreamError) as error:
        list(MjpegReader(f"ws://127.0.0.1:{port}/api/none", user, _, Clock()).units())
    assert error.value.reason == "lost"
    with socket.create_server(("127.0.0.1", 0)) as nothing:
        gone = f"ws://127.0.0.1:{nothing.getsockname()[1]}/api/ws"
    with pytest.raises(StreamError) as error:
        list(MjpegReader(gone, "a", "b", Clock()).units())
    assert error.value.reason == "refused"
