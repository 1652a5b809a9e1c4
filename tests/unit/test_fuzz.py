"""Whatever comes in, only documented errors come out: bytes, addresses, files and settings."""

from __future__ import annotations

import contextlib
import json
import ntpath
import sys
import threading
from pathlib import PureWindowsPath
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

import support.fuzzing  # noqa: F401
from camrec.camera_address import parse_address, restore_address
from camrec.clock import Clock
from camrec.codecs import BitReader, H264Syntax, H265Syntax, jpeg_header
from camrec.config import Config
from camrec.errors import CamrecError, InputError, NotFoundError
from camrec.library import VideoLibrary
from camrec.library.filenames import is_video_filename, numbered_stem, video_stem
from camrec.mjpeg_relay.jpeg_splitter import MAX_JPEG_BYTES, MAX_PART_HEADER_BYTES, JpegSplitter
from camrec.receipt import Receipt
from camrec.recording.track_change_limit import (
    CHANGE_INTERVAL_NS,
    MAX_CHANGE_BURST,
    TrackChangeLimiter,
)
from camrec.redaction import redact
from camrec.rtp import H264Depacketizer, H265Depacketizer, sdp
from camrec.rtp.access_units import AccessUnitAssembler
from camrec.rtp.errors import UnsupportedVideo
from camrec.rtp.nal_depacketizer import MAX_NAL_BYTES
from camrec.rtp.rtp_packet import RtpPacket
from camrec.rtp.rtp_packet import parse_packet as packet_of
from camrec.web.handlers.file import content_disposition, parse_byte_range
from camrec.web.security.auth import parse_host_name

JPEG = cv2.imencode(".jpg", np.zeros((32, 48, 3), np.uint8))[1].tobytes()
bits_of_mjpeg = st.lists(
    st.one_of(
        st.sampled_from(
            [JPEG, b"\xff", b"\xff\xd8\xff", b"\xff\xd9", b"\xff\xd8\xff\xe0\xff\xff", b"--f\r\n"]
            + [
                b"Content-Length: %d\r\n\r\n" % n
                for n in (0, 5, len(JPEG), len(JPEG) + 1, MAX_JPEG_BYTES)
            ]
        ),
        st.binary(max_size=64),
    ),
    max_size=24,
)


@given(bits_of_mjpeg, st.lists(st.integers(1, 200), max_size=40))
def test_the_jpeg_splitter_returns_the_same_frames_however_they_are_cut(pieces, cuts):
    body = b"".join(pieces)
    whole = JpegSplitter().feed(body)
    splitter, found, at = JpegSplitter(), [], 0
    for cut in (*cuts, len(body)):
        found += splitter.feed(body[at : at + cut])
        at += cut
        assert len(splitter._data) <= MAX_JPEG_BYTES + len(body)
    assert found == whole
    for picture in found:
        assert picture.startswith(b"\xff\xd8\xff") and picture in body
    assert splitter._in_jpeg or len(splitter._data) <= MAX_PART_HEADER_BYTES


@given(
    st.binary(max_size=400)
    | st.builds(lambda a, b: JPEG[:a] + b + JPEG[a:], st.integers(0, 700), st.binary(max_size=8))
)
def test_the_size_of_any_jpeg_is_read_or_rejected(data):
    try:
        width, height, _ = jpeg_header.read_jpeg_format(data)
    except ValueError:
        return
    assert 0 < width < 1 << 16 and 0 < height < 1 << 16


@given(st.binary(max_size=80), st.sampled_from([H264Syntax, H265Syntax]))
def test_any_parameter_set_is_read_or_rejected(data, codec):
    with contextlib.suppress(ValueError):
        form = codec.parse_sps(data)
        assert form.width > 0 and form.height > 0 and form.reorder >= 0


payloads = st.binary(max_size=60) | st.builds(
    lambda head, rest: bytes(head) + rest,
    st.lists(
        st.sampled_from([0x67, 0x68, 0x65, 0x41, 0x7C, 0x85, 0x45, 0x05, 0x78, 0]), max_size=4
    ),
    st.binary(max_size=40),
)


@given(
    st.sampled_from([H264Depacketizer, H265Depacketizer]),
    st.lists(st.tuples(payloads, st.booleans(), st.integers(0, 9), st.integers(0, 3)), max_size=40),
)
def test_any_rtp_packets_become_frames_or_nothing(codec, packets):
    pictures = AccessUnitAssembler(90_000, codec(), [])
    sequence = arrived = 0
    for payload, marker, skip, step in packets:
        sequence, arrived = (sequence + 1 + skip // 8) & 0xFFFF, arrived + 10**7
        if payload:
            packet = RtpPacket(96, marker, sequence, step * 3000, memoryview(payload))
            for unit in pictures.push(packet, arrived):
                assert unit.data
    pictures.release()


@given(st.binary(max_size=120))
def test_any_bytes_are_an_rtp_packet_or_none(data):
    packet = packet_of(memoryview(data))
    assert packet is None or (len(packet.payload) > 0 and packet.sequence < 1 << 16)


def test_an_rtp_frame_without_an_end_is_bounded_in_memory():
    """Endless fragments of one NAL unit; and complete units that never end a frame."""
    for first, later in ((b"\x7c\x85", b"\x7c\x05"), (b"\x41", b"\x41")):
        pictures = AccessUnitAssembler(90_000, H264Depacketizer(), [])
        for number in range(3 * MAX_NAL_BYTES >> 15):
            head = first if number == 0 else later
            packet = RtpPacket(96, False, number & 0xFFFF, 1, memoryview(head + bytes(1 << 15)))
            pictures.push(packet, number)
        held = sum(map(len, pictures._pending.nals)) + sum(
            map(len, pictures._depacketizer._fragments)
        )
        assert held <= MAX_NAL_BYTES + (1 << 16)


@given(
    st.lists(
        st.sampled_from(
            [
                "v=0",
                "m=video 0 RTP/AVP 96",
                "m=audio",
                "a=rtpmap:96 H264/90000",
                "a=fmtp:96 sprop-parameter-sets=,;x=1",
                "a=control:*",
                "a=rtpmap:96 H264/0",
                "m=video x y z",
            ]
        )
        | st.text(max_size=30),
        max_size=12,
    )
)
def test_any_sdp_description_is_read_or_rejected(lines):
    with contextlib.suppress(UnsupportedVideo, ValueError):
        for medium in sdp.parse_sdp("\r\n".join(lines)):
            medium.decode_parameter_sets()


def test_a_camera_that_changes_all_the_time_is_not_followed():
    """Each change would be a segment of its own, and a start of FFmpeg."""
    changes = TrackChangeLimiter()
    second = 10**9
    taken = [changes.take(number * second // 25) for number in range(25 * 60)]
    assert sum(taken) == MAX_CHANGE_BURST + 60 * second // CHANGE_INTERVAL_NS - 1
    assert changes.take(10**6 * second)


words = st.text(st.characters(codec="utf-8"), max_size=40)


@given(
    st.builds(
        lambda scheme, user, at, host, rest: f"{scheme}{user}{at}{host}{rest}",
        st.sampled_from(["rtsp://", "http://", "HTTPS://", "exec:", "", "rtsp:/"]),
        words,
        st.sampled_from([":", "@", ":@", ":pass@", "?pwd=pass@"]),
        st.sampled_from(["h", "127.0.0.1", "[::1]", "[::1", "h:99999", "h:0", "é.lan", "0x7f.1"]),
        st.sampled_from(["", "/x", "/?user=a&pwd=pass", ":80/x#y", "/\u2028", "/%zz"]),
    )
    | words
)
def test_an_address_is_taken_apart_or_refused(address):
    try:
        source = parse_address(address)
    except InputError:
        return
    assert source.kind in ("rtsp", "mjpeg") and 0 < source.port < 1 << 16
    assert "@" not in urlsplit(source.url).netloc  # one may follow it, as in rtsp://0?@h
    again = restore_address(source.address())
    assert (again.url, again.credential, again.host) == (source.url, source.credential, source.host)
    for secret in source.secrets():
        if len(secret) > 3 and secret not in redact(""):
            assert secret not in redact(f"x {source.address()} y")
    # After a host and a slash comes its path, whatever that looks like.
    path = "pass" in address[:12] or "/" in address.partition("://")[2].partition("pass")[0]
    assert repr(source).count("pass") == source.url.count("pass") == 0 or path


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | words,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(sorted(set(Config.param) - {"name"})) | words, inner, max_size=4
            )
        ),
        max_leaves=8,
    )
)
def test_any_settings_values_are_accepted_or_rejected(tmp_path_factory, values):
    file = tmp_path_factory.getbasetemp() / f"fuzz-{threading.get_ident()}.yaml"
    file.write_text(yaml.safe_dump(values), "utf-8")
    with contextlib.suppress(InputError):
        Config.load(file)


@given(st.binary(max_size=120))
def test_any_bytes_in_a_settings_file_are_rejected_cleanly(tmp_path_factory, data):
    for ending in ("yaml", "json"):
        file = tmp_path_factory.getbasetemp() / f"bytes-{threading.get_ident()}.{ending}"
        file.write_bytes(data)
        with contextlib.suppress(InputError):
            Config.load(file)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz") / "videos"
    library = VideoLibrary(folder, Clock())
    library.open()
    (folder.parent / "outside.mp4").write_bytes(b"outside")
    with contextlib.suppress(OSError):  # on Windows links need a privilege
        (folder / "inside.mp4").symlink_to(folder.parent / "outside.mp4")
    (folder / "folder.mp4").mkdir()
    yield library
    library.close()


NAMES = [
    "",
    ".",
    "..",
    "../outside.mp4",
    "..\\outside.mp4",
    "/etc/passwd",
    "CON.mp4",
    "nul",
    "a.mp4:x",
]
NAMES += [
    "inside.mp4",
    "folder.mp4",
    "a.mp4::$DATA",
    "a.mp4\x00",
    "LPT1.mp4",
    "a .mp4 ",
    "COM¹.mp4",
]
NAMES += [
    "\\\\host\\share\\a.mp4",
    "C:a.mp4",
    "a/../../outside.mp4",
    "%2e%2e/outside.mp4",
    "~/a.mp4",
]


@given(st.sampled_from(NAMES) | words | words.map(lambda word: word + ".mp4"))
def test_no_video_filename_leads_out_of_the_library(library, name):
    for call in (library.get, library.images.thumbnail, library.delete):
        with pytest.raises((InputError, NotFoundError)):
            call(name)
    assert (library.folder.parent / "outside.mp4").read_bytes() == b"outside"
    assert (library.folder / "inside.mp4").is_symlink() or sys.platform == "win32"


def is_reserved_on_windows(name):
    """As the standard library says: it moved this in Python 3.13."""
    if hasattr(ntpath, "isreserved"):
        return ntpath.isreserved(name)
    return PureWindowsPath(name).is_reserved()


@given(words)
@example("CON")
@example("a:b")
@example("../..")
@example("x" * 100)
@example("é\u202e.exe")
def test_a_generated_filename_is_safe_on_windows(name):
    assume(name.strip())
    made = numbered_stem(video_stem(name, 1_764_000_000 * 10**9), 2) + ".mp4"
    assert not set(made) & set('<>:"/\\|?*') and made.isprintable() and len(made.encode()) < 250
    assert not is_reserved_on_windows(made) and not made.startswith((".", " "))
    assert is_video_filename(made) and not made.removesuffix(".mp4").endswith((".", " "))


@given(
    st.dictionaries(
        st.sampled_from(sorted(Receipt.model_fields)) | words,
        st.none() | st.integers() | words | st.lists(st.integers(), max_size=2),
        max_size=12,
    )
    | st.lists(st.integers(), max_size=2)
)
def test_any_receipt_next_to_a_video_is_read_or_ignored(library, told):
    video = library.folder / "told.mp4"
    video.write_bytes(b"not a video")
    video.with_suffix(".json").write_text(json.dumps(told), "utf-8")
    library.videos()
    with contextlib.suppress(CamrecError):
        library.get("told.mp4")


@given(st.text(max_size=60))
def test_any_rtsp_headers_are_read_or_rejected(text):
    assert parse_host_name(text) == parse_host_name(text).lower()
    assert "\n" not in content_disposition(text) and "\r" not in content_disposition(text)
    with contextlib.suppress(CamrecError):
        piece = parse_byte_range(f"bytes={text}", 1000)
        assert piece is None or 0 <= piece[0] < piece[1] <= 1000


@given(st.binary(max_size=16), st.integers(0, 70))
def test_the_bit_reader_never_reads_past_the_end(data, count):
    with contextlib.suppress(ValueError):
        assert BitReader(data).read_bits(count) < 1 << max(count, 1)
