"""M-JPEG packets that are rewritten for MediaMTX contain what the camera sent."""

from __future__ import annotations

import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camrec.rtp.jpeg_depacketizer import JpegDepacketizer
from camrec.rtp.rtp_packet import parse_packet
from camrec.rtsp_relay.description import parse_description, write_description
from camrec.rtsp_relay.jpeg_packets import (
    MAX_PAYLOAD_BYTES,
    OFFERED_TYPE,
    JpegPackets,
    offered_format,
)
from camrec.rtsp_relay.payload_types import PayloadTypes
from support.cameras.rtp_jpeg import payloads
from support.jpegs import SIZE, decoded, jpeg


def interleaved(channel: int, packet: bytes) -> bytes:
    return struct.pack(">BBH", 0x24, channel, len(packet)) + packet


def packet(sequence: int, payload: bytes, marker: bool, *, first=0x80, before=b"", kind=26):
    head = struct.pack(">BBHII", first, marker << 7 | kind, sequence & 0xFFFF, 9000, 7)
    return head + before + payload


def taken_apart(frames: bytes):
    at = 0
    while at < len(frames):
        end = at + 4 + int.from_bytes(frames[at + 2 : at + 4], "big")
        yield frames[at + 1], frames[at + 4 : end]
        at = end


@pytest.mark.parametrize("width", [300, 1300, 9000, 60_000])
@pytest.mark.parametrize("restart", [None, 4])
@pytest.mark.parametrize("first", [65_530, 10])
def test_a_jpeg_comes_through_whole_whatever_its_packets_size(width, restart, first):
    original = jpeg(restart=restart or 0)
    rewriter, track, units = JpegPackets(2, PayloadTypes(26)), JpegDepacketizer(90_000), []
    report = interleaved(3, b"\x80\xc8" + bytes(26))
    for number in range(3):
        sent = b"".join(
            interleaved(2, packet(first + 300 * number + place, payload, marker))
            for place, (payload, marker) in enumerate(
                payloads(original, SIZE, width=width, restart=restart)
            )
        )
        out = list(taken_apart(rewriter.rewrite(report + sent)))
        assert out[0] == (3, report[4:])
        for channel, data in out[1:]:
            assert channel == 2 and data[1] & 0x7F == OFFERED_TYPE
            found = parse_packet(memoryview(data))
            assert len(found.payload) <= max(MAX_PAYLOAD_BYTES, 0)
            units += track.push(found, 0)
    assert len(units) == 3 and all(
        (decoded(unit.data) == decoded(original)).all() for unit in units
    )


def test_missing_packets_stay_missing_in_the_rewritten_sequence():
    rewriter = JpegPackets(0, PayloadTypes(26))
    numbers = []
    big = payloads(jpeg(), SIZE, width=60_000)[0][0]
    for sequence in (1, 2, 5, 6):
        out = rewriter.rewrite(interleaved(0, packet(sequence, big, True)))
        numbers += [parse_packet(memoryview(data)).sequence for _, data in taken_apart(out)]
    steps = [b - a for a, b in itertools.pairwise(numbers)]
    assert sorted(steps)[-1] == 3 and steps.count(1) == len(steps) - 1


def test_an_rtp_extension_goes_with_the_first_piece_and_padding_with_none():
    big = payloads(jpeg(), SIZE, width=60_000)[0][0]
    extension = b"\xab\xac\0\x01" + b"time"
    data = packet(1, big + b"\0\0\0\4", True, first=0xB0, before=extension)
    out = [
        data
        for _, data in taken_apart(JpegPackets(0, PayloadTypes(26)).rewrite(interleaved(0, data)))
    ]
    found = [parse_packet(memoryview(each)) for each in out]
    assert [bytes(each.extension) for each in found[:2]] == [extension, b""]
    assert [each.marker for each in found] == [False] * (len(found) - 1) + [True]
    track = JpegDepacketizer(90_000)
    (unit,) = [unit for each in found for unit in track.push(each, 0)]
    assert (decoded(unit.data) == decoded(jpeg())).all()


@given(st.lists(st.binary(max_size=3000), max_size=6))
def test_the_rewriter_returns_valid_interleaved_packets_for_any_input(packets):
    frames = b"".join(interleaved(0, each) for each in packets)
    out = JpegPackets(0, PayloadTypes(26)).rewrite(frames)
    assert sum(4 + len(data) for _, data in taken_apart(out)) == len(out)
    # Of two equal ones in a row, the second is dropped.
    assert len(list(taken_apart(out))) >= len(set(packets))


def test_the_description_says_the_size_and_another_number():
    told = b"m=video 0 RTP/AVP 26\r\na=framesize:26 2592-1944\r\na=control:1\r\n"
    (medium,) = parse_description(told).media
    written = write_description([("video", offered_format(medium.format))]).decode()
    assert f"m=video 0 RTP/AVP {OFFERED_TYPE}\r\n" in written
    assert f"a=rtpmap:{OFFERED_TYPE} JPEG/90000\r\n" in written
    assert f"a=fmtp:{OFFERED_TYPE} width=2592;height=1944\r\n" in written
