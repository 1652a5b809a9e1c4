"""Cameras with odd frames: recorded by a real station, and compared with what they sent."""

from __future__ import annotations

import io
import itertools
import struct
import threading
import time
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from camrec.frames import VideoFrames
from camrec.recording import verify_video
from camrec.session import rtsp_upstream
from camrec.session.routes import CameraRoute
from camrec.station import Station
from support.at_once import at_once
from support.cameras.coded import ReorderedCamera, decoded, numbers, reordered
from support.cameras.raw_http import RawHttpCamera, encode_jpegs
from support.cameras.raw_rtsp import RawRtspCamera, encode, nal_type
from support.odd_cameras import Recorded, record
from support.odd_frames import FIRST, OPEN, X265, alternating, assert_follow, assert_whole, turned

pytestmark = pytest.mark.spread

SECONDS = 2


@pytest.fixture(scope="module")
def station(binaries, tmp_path_factory):
    with Station(binaries.config(tmp_path_factory.mktemp("pictures"), max_sessions=8)) as station:
        yield station


class Camera265(RawRtspCamera):
    codec = "H265"


class Glued(RawRtspCamera):
    """Parameter sets and key frame as one byte stream with start codes, in one run of fragments."""

    start_code = b"\0\0\0\1"

    def payloads(self, frame):
        return super().payloads([self.start_code.join(frame)])


class GluedShort(Glued):
    start_code = b"\0\0\1"


class Glued265(Glued):
    codec = "H265"


class GluedSets(RawRtspCamera):
    """Only the parameter sets are glued, in a packet of their own and in an aggregation packet."""

    def payloads(self, frame):
        sets = [nal for nal in frame if nal_type(nal) in (7, 8)]
        rest = [nal for nal in frame if nal_type(nal) not in (6, 7, 8)]
        glued = b"\0\0\0\1".join(sets)
        several = bytes([24]) + len(glued).to_bytes(2, "big") + glued
        front = [(glued, False), (several, False)] if sets else []
        return [*front, *super().payloads(rest)]


@at_once("kind", [Glued, GluedShort, GluedSets])
def test_nal_units_with_start_codes_between_them(station, kind):
    film = encode("-g", "10")
    with kind(film) as camera:
        recorded = record(station, camera, SECONDS)
    assert_whole(recorded, decoded(film), camera.connections)
    assert recorded.receipt.warnings == []


def test_nal_units_with_start_codes_between_them_h265(station):
    film = encode("-x265-params", X265, codec="libx265", container="hevc", seconds=3)
    with Glued265(film) as camera:
        recorded = record(station, camera, SECONDS)
    assert_whole(recorded, decoded(film, "hevc"), camera.connections)


class GluedStart(RawRtspCamera):
    """A start code in front of each NAL unit and slice; also in the fragments of long ones."""

    start_code = b"\0\0\0\1"

    def payloads(self, frame):
        return super().payloads([self.start_code + nal for nal in frame])


class GluedStartShort(GluedStart):
    start_code = b"\0\0\1"


class GluedStart265(GluedStart):
    codec = "H265"


class GluedStartLong(GluedStart):
    """In packets that are longer than a datagram."""

    def payloads(self, frame):
        return [(self.start_code + nal, place == len(frame) - 1) for place, nal in enumerate(frame)]


@at_once("kind", [GluedStart, GluedStartShort, GluedStart265, GluedStartLong])
def test_start_codes_in_front_of_each_nal_unit(station, monkeypatch, kind):
    """MediaMTX never recognises a key frame: from the second opening on, the relay is used."""
    monkeypatch.setattr(rtsp_upstream, "NO_KEY_FRAME_S", 8.0)
    is_265 = kind is GluedStart265
    options = {"codec": "libx265", "container": "hevc", "seconds": 3} if is_265 else {}
    film = encode(*(("-x265-params", X265) if is_265 else ("-g", "10")), **options)
    pictures = decoded(film, "hevc" if is_265 else "h264")
    with kind(film) as camera:
        first = record(station, camera, SECONDS)
        assert_whole(first, pictures, camera.connections - 1)
        again = record(station, camera, SECONDS)
        assert_whole(again, pictures, camera.connections - 2)
        assert camera.most_at_once == 1
    assert first.receipt.warnings == again.receipt.warnings == []


class StrayType(RawRtspCamera):
    """Packets of another payload type between its own; their sequence number never changes."""

    def stream(self, connection):
        plain, count = connection.send_packet, itertools.count()

        def send(channel: int, packet: bytes) -> None:
            plain(channel, packet)
            if next(count) % 3 == 0:
                stray = struct.pack(">BBHII", 0x80, 50, 7, 0, 0x55667788)
                plain(channel, stray + b"metadata" * 20)

        connection.send_packet = send
        super().stream(connection)


class Metadata(RawRtspCamera):
    """A track of XML next to its own, 20 KB per packet."""

    def media(self):
        return [
            *super().media(),
            "m=application 0 RTP/AVP 107",
            "a=rtpmap:107 vnd.onvif.metadata/90000",
            "a=control:trackID=1",
        ]

    def stream(self, connection):
        def more() -> None:
            number = 0
            while not connection.over.wait(0.2):
                number += 1
                head = struct.pack(">BBHII", 0x80, 0x80 | 107, number, number * 18000, 0x99)
                connection.send_packet(2, head + b"<tt:MetadataStream/>" * 1000)

        thread = threading.Thread(target=more)
        thread.start()
        try:
            super().stream(connection)
        finally:
            connection.over.set()
            thread.join()


class BrokenDescription(RawRtspCamera):
    """Its description contains garbage as parameter sets; the right ones come with the frames."""

    def format_parameters(self):
        return "packetization-mode=1;sprop-parameter-sets=AAAAAQ==,AAAAAQ=="


class StaleDescription(RawRtspCamera):
    """Its description contains parameter sets for another size, under the same numbers."""

    def parameter_sets(self):
        return {nal_type(nal): nal for nal in encode("-g", "10", size="640x480")[0][:2]}


@at_once("kind", [StrayType, Metadata, BrokenDescription, StaleDescription])
def test_nal_units_other_than_frames_are_skipped(station, kind):
    film = encode("-g", "10")
    with kind(film) as camera:
        recorded = record(station, camera, SECONDS)
    assert_whole(recorded, decoded(film), camera.connections)
    assert (recorded.receipt.width, recorded.receipt.warnings) == (320, [])


def test_parameter_sets_that_alternate_are_one_video(station):
    """More key frames than track changes that are followed in a row."""
    film = alternating()
    assert len({nal for frame in film for nal in frame if nal_type(nal) == 8}) == 2
    with RawRtspCamera(film) as camera:
        camera.rate = 50
        recorded = record(station, camera, 6)
    assert_whole(recorded, decoded(film), camera.connections, rate=50)
    assert recorded.receipt.warnings == []


def test_frames_by_number_are_those_of_a_whole_decoding_where_parameter_sets_alternate(station):
    with RawRtspCamera(alternating()) as camera:
        recorded = record(station, camera, SECONDS)
    footage = VideoFrames(recorded.path, 0)
    whole = [picture for _, picture in footage.frames()]
    for number in reversed(range(len(whole))):
        assert np.array_equal(footage.frame(number)[1], whole[number])


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_alternating_parameter_sets_in_a_copy(station, binaries, tmp_path, codec):
    film = alternating(codec)
    kind = RawRtspCamera if codec == "h264" else Camera265
    with Station(binaries.config(tmp_path, h265="copy")) as copying, kind(film) as camera:
        recorded = record(copying, camera, SECONDS)
    pictures = decoded(film, "h264" if codec == "h264" else "hevc")
    assert_whole(recorded, pictures, camera.connections)
    assert recorded.receipt.video_codec == ("h264" if codec == "h264" else "hevc")


@at_once("codec", ["libx264", "libx265"])
def test_open_gops_without_an_idr_are_recorded(station, codec):
    quiet = "" if codec == "libx264" else ":log-level=none:pools=1:frame-threads=1"
    film = reordered(codec, OPEN + quiet, 120)
    with ReorderedCamera(film, FIRST) as camera:
        camera.codec = "H264" if codec == "libx264" else "H265"
        recorded = record(station, camera, SECONDS)
    name = "h264" if codec == "libx264" else "hevc"
    every = decoded([nals for _, nals in film], name)
    assert_whole(recorded, every, camera.connections, at_end=3)
    footage = VideoFrames(recorded.path, 0)
    whole = [picture for _, picture in footage.frames()]
    assert len(whole) == recorded.receipt.frames
    for number in reversed(range(len(whole))):
        assert np.array_equal(footage.frame(number)[1], whole[number])


def test_open_gops_after_an_idr_are_copied_and_sought_from_the_idr(station):
    """Nobody knows this before the second GOP arrives; a browser must not seek there."""
    film = reordered("libx264", OPEN.replace("12", "48"), 96)
    with ReorderedCamera(film) as camera:
        recorded = record(station, camera, 5)
    assert_whole(recorded, decoded([nals for _, nals in film]), camera.connections, at_end=3)
    footage = VideoFrames(recorded.path, 0)
    assert recorded.receipt.lead > 0 and footage.index.keys.sum() == 1
    whole = [picture for _, picture in footage.frames()]
    for number in reversed(range(len(whole))):
        assert np.array_equal(footage.frame(number)[1], whole[number])


def test_a_camera_with_intra_refresh_is_recorded_from_its_first_complete_frame(station):
    """It never sends a whole frame: the video starts with the first one that is right."""
    refresh = "intra-refresh=1:keyint=20:bframes=0:scenecut=0:ref=1:repeat-headers=1"
    film = encode("-x264-params", refresh, "-tune", "zerolatency", seconds=15)
    with RawRtspCamera(film[3:]) as camera:
        recorded = record(station, camera, SECONDS)
    assert camera.connections == 1
    receipt = recorded.receipt
    assert (receipt.parts, receipt.gaps, receipt.playable) == (1, [], True)
    assert_follow(numbers(recorded.path, decoded(film)), len(film))
    assert verify_video(recorded.path).faults == {}
    footage = VideoFrames(recorded.path, 0)
    whole = [picture for _, picture in footage.frames()]
    for number in reversed(range(len(whole))):
        assert np.array_equal(footage.frame(number)[1], whole[number])


def test_frames_with_more_slices_than_mediamtx_accepts_are_recorded(station):
    """MediaMTX would drop a packet of each frame."""
    options = "slices=60:sliced-threads=0:scenecut=0"
    film = encode("-g", "10", "-x264-params", options, size="320x1088", seconds=3)
    assert min(map(len, film)) > 50
    with RawRtspCamera(film) as camera:
        recorded = record(station, camera, SECONDS)
        assert_whole(recorded, decoded(film), camera.connections - 1)
        assert camera.most_at_once == 1


def test_decodable_frames_with_a_missing_slice_are_avoided_by_another_route(station):
    """It opens before MediaMTX reports this; then it is connected again, by the other route."""
    options = f"{X265}:slices=24:ctu=16:min-cu-size=8"
    given = {"codec": "libx265", "container": "hevc", "seconds": 3}
    film = encode("-x265-params", options, size="320x480", **given)
    with Camera265(film) as camera:
        session = station.cameras.open(camera.url)
        deadline = time.monotonic() + 60
        # the other route worked
        while station.routes.route(session.source) is not CameraRoute.UNREAD:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        station.cameras.close(session.session_id)
        recorded = record(station, camera, SECONDS)
        assert_whole(recorded, decoded(film, "hevc"), camera.connections - 2)
        assert camera.most_at_once == 1


class SetsInDescription(RawRtspCamera):
    """Its parameter sets are in its description only."""

    def __init__(self, frames):
        super().__init__(frames)
        self._sets = super().parameter_sets()
        self.frames = [[nal for nal in frame if nal_type(nal) not in (7, 8)] for frame in frames]
        self.frames = self.frames[3:]

    def parameter_sets(self):
        return self._sets


def test_a_camera_without_a_key_frame_as_the_letter_has_it(station, monkeypatch):
    """It uses intra refresh and sends no parameter sets with its frames."""
    monkeypatch.setattr(rtsp_upstream, "NO_KEY_FRAME_S", 3.0)
    refresh = "intra-refresh=1:keyint=20:bframes=0:scenecut=0:ref=1:repeat-headers=1"
    film = encode("-x264-params", refresh, "-tune", "zerolatency", seconds=15)
    with SetsInDescription(film) as camera:
        assert not any(nal_type(nal) in (5, 7, 8) for frame in camera.frames for nal in frame)
        recorded = record(station, camera, SECONDS)
        assert camera.connections == 2 and camera.most_at_once == 1
    assert (recorded.receipt.parts, recorded.receipt.gaps) == (1, [])
    assert_follow(numbers(recorded.path, decoded(film)), len(film))


@at_once("pixels", ["yuv444p", "yuv422p10le"])
def test_a_rare_h264_profile_becomes_a_video_that_plays_everywhere(station, pixels):
    film = encode("-g", "10", pixel_format=pixels, seconds=3)
    with RawRtspCamera(film) as camera:
        recorded = record(station, camera, SECONDS)
    assert_whole(recorded, decoded(film), camera.connections)
    assert pixel_format(recorded) == ("h264", "yuv420p")
    assert recorded.receipt.warnings == []


def test_a_rare_h264_profile_is_copied_on_request_with_a_warning(binaries, tmp_path):
    film = encode("-g", "10", pixel_format="yuv444p", seconds=3)
    with Station(binaries.config(tmp_path, h265="copy")) as station, RawRtspCamera(film) as camera:
        recorded = record(station, camera, SECONDS)
    assert pixel_format(recorded) == ("h264", "yuv444p")
    assert [(each.code, each.facts) for each in recorded.receipt.warnings] == [
        ("h264_rare", {"kind": "4:4:4, 8 bit"})
    ]


def test_h265_of_10_bits_becomes_a_video_of_8_that_plays_everywhere(station):
    film = encode(
        *("-x265-params", X265),
        codec="libx265",
        container="hevc",
        pixel_format="yuv420p10le",
        seconds=3,
    )
    with Camera265(film) as camera:
        recorded = record(station, camera, SECONDS)
    assert_whole(recorded, decoded(film, "hevc"), camera.connections)
    assert pixel_format(recorded) == ("h264", "yuv420p")


def pixel_format(recorded: Recorded) -> tuple[str, str]:
    with av.open(str(recorded.path)) as file:
        context = file.streams.video[0].codec_context
        return context.name, context.pix_fmt


def test_interlaced_frames_are_there_once_in_their_size(station):
    options = ("-g", "10", "-preset", "veryfast", "-flags", "+ildct+ilme")
    film = encode(*options, "-x264-params", "tff=1:keyint=10:bframes=0", size="720x576", seconds=2)
    with RawRtspCamera(film) as camera:
        recorded = record(station, camera, SECONDS)
    assert_whole(recorded, decoded(film), camera.connections)
    assert (recorded.receipt.width, recorded.receipt.height) == (720, 576)


def shapes(station: Station, camera) -> dict[str, tuple[int, int]]:
    """The frame sizes that a viewer sees: live view, still, thumbnail, preview and video."""
    session = station.cameras.open(camera.url)
    try:
        live = session.live_views.snapshot()
        recording = station.recordings.start(session.session_id, 2)
        assert recording.wait(60)
    finally:
        station.cameras.close(session.session_id)
    (_receipt,) = recording.receipts
    path = station.library.folder / recording.filename
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        pixel = stream.sample_aspect_ratio or Fraction(1)
        video = round(stream.width * pixel), stream.height
    return {
        "told": (live.width, live.height),
        "still": size_of(live.jpeg),
        "thumbnail": size_of(station.library.images.thumbnail(recording.filename).read_bytes()),
        "preview": size_of(station.library.images.preview(recording.filename, 1.0)),
        "video": video,
    }


def size_of(jpeg: bytes) -> tuple[int, int]:
    """As a browser shows it."""
    height, width = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).shape[:2]
    return width, height


def test_non_square_pixels_have_one_aspect_ratio_everywhere(station):
    film = encode("-g", "10", "-vf", "setsar=16/11", size="352x288", seconds=3)
    with RawRtspCamera(film) as camera:
        found = shapes(station, camera)
    assert found["told"] == found["still"] == found["video"] == (512, 288)
    for small in ("thumbnail", "preview"):
        width, height = found[small]
        assert abs(width / height - 16 / 9) < 0.02


@at_once("orientation", [3, 6, 7])
def test_a_jpeg_that_is_to_be_turned_is_turned_everywhere(station, orientation):
    jpegs = encode_jpegs(seconds=2)
    with RawHttpCamera([turned(each, orientation) for each in jpegs]) as camera:
        recorded = record(station, camera, 2)
        found = shapes(station, camera) if orientation == 6 else None
    upright = [cv2.imdecode(np.frombuffer(turned(j, orientation), np.uint8), 0) for j in jpegs]
    assert_follow(numbers(recorded.path, upright), len(upright))
    if found:
        assert found["told"] == found["still"] == found["video"] == (240, 320)
        assert found["thumbnail"] == (240, 320) and found["preview"] == (240, 320)


def test_a_jpeg_s_density_does_not_change_its_shape(station):
    """Browsers ignore it."""
    jpegs = [each[:13] + b"\0\0\2\0\1" + each[18:] for each in encode_jpegs(seconds=2)]
    assert jpegs[0][6:10] == b"JFIF"
    with RawHttpCamera(jpegs) as camera:
        found = shapes(station, camera)
    assert set(found.values()) - {(240, 180)} == {(320, 240)}


def bare(jpeg: bytes) -> bytes:
    """Without Huffman tables, as a USB camera sends it."""
    at, found = 2, jpeg[:2]
    while jpeg[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at + 1] != 0xC4:
            found += jpeg[at:end]
        at = end
    return found + jpeg[at:]


def test_jpegs_without_huffman_tables_get_the_standard_ones(station):
    jpegs = encode_jpegs(seconds=2)
    with RawHttpCamera([bare(each) for each in jpegs]) as camera:
        recorded = record(station, camera, 2)
        session = station.cameras.open(camera.url)
        still = session.live_views.snapshot()
        station.cameras.close(session.session_id)
    assert recorded.has_all()
    pictures = [cv2.imdecode(np.frombuffer(each, np.uint8), 0) for each in jpegs]
    assert_follow(numbers(recorded.path, pictures), len(pictures))
    assert b"\xff\xc4" in still.jpeg and size_of(still.jpeg) == (320, 240)


def rare_jpegs() -> list[bytes]:
    """Progressive, 4:4:4, 4:1:1, 4:4:0, grey and CMYK, half a second each in turn."""
    plain = [Image.open(io.BytesIO(each)).convert("RGB") for each in encode_jpegs(seconds=3)]

    def made(image: Image.Image, **how: object) -> bytes:
        data = io.BytesIO()
        image.save(data, "JPEG", **how)
        return data.getvalue()

    kinds = [
        [made(image, progressive=True) for image in plain],
        encode_jpegs(seconds=3, pixel_format="yuvj444p"),
        [made(image, subsampling="4:1:1") for image in plain],
        encode_jpegs(seconds=3, pixel_format="yuvj440p"),
        [made(image.convert("L")) for image in plain],
        [made(image.convert("CMYK")) for image in plain],
    ]
    return [kinds[number // 5][number] for number in range(30)]


def test_rare_kinds_of_jpeg_are_all_in_the_video(station):
    jpegs = rare_jpegs()
    with RawHttpCamera(jpegs) as camera:
        recorded = record(station, camera, 4)
    assert recorded.has_all()
    pictures = [cv2.imdecode(np.frombuffer(each, np.uint8), 0) for each in encode_jpegs(seconds=3)]
    assert_follow(numbers(recorded.path, pictures), len(pictures))
    assert recorded.receipt.warnings == []


class Sizes(RawRtspCamera):
    """Another size with each key frame, ten times a second."""

    rate = 30

    def parameter_sets(self):
        return {nal_type(nal): nal for nal in self.frames[0][:2]}


def test_a_camera_that_keeps_changing_its_size_makes_few_videos_and_a_warning(station):
    films = [encode("-g", "3", size=size, seconds=1) for size in ("160x120", "320x240")]
    film = [frame for at in (0, 3, 6) for each in films for frame in each[at : at + 3]]
    with Sizes(film) as camera:
        session = station.cameras.open(camera.url)
        recording = station.recordings.start(session.session_id, 4)
        assert recording.wait(90)
        station.cameras.close(session.session_id)
    receipts = recording.receipts
    warnings = {each.code: each.facts for each in receipts[0].warnings}
    left_out = warnings["frames_left_out"]["frames"]
    shown = sum(receipt.frames for receipt in receipts)
    assert len(receipts) <= 22 and left_out > 15
    assert abs(shown + left_out - 4 * 30) <= 4
    gaps = sum(gap.duration for receipt in receipts for gap in receipt.gaps)
    assert gaps > left_out / 30 - 0.2
