"""Measure what the RTSP relay costs: CPU time, and the latency it adds to a packet.

    python benchmarks/rtsp_relay.py --seconds 20

The camera and the reader run in their own processes, so the CPU time of this process is the relay's
alone. Each packet carries the time when it was sent. The camera is read directly first, then
through the relay, then through a relay that also reads the camera's sender reports.
"""

from __future__ import annotations

import argparse
import multiprocessing
import socket
import statistics
import struct
import time

import tests_support  # noqa: F401

from camrec.camera_address import parse_address
from camrec.rtp import ReportQueue
from camrec.rtsp_relay import RtspRelay
from camrec.rtsp_relay.messages import encode_message as encode_message
from support.cameras.raw_rtsp import RawRtspCamera, encode

RATE = 25
PACKETS = 24  # packets of 1400 bytes per frame: 6.7 Mbit/s
RTP_HEADER_SIZE = 12


class Timed(RawRtspCamera):
    rate = RATE

    def payloads(self, frame):
        for number in range(PACKETS):
            sent = struct.pack(">Q", time.monotonic_ns())
            yield b"\x7c\x85" + sent + bytes(1390), number == PACKETS - 1


def serve(addresses, over) -> None:
    with Timed(encode("-g", "10")) as camera:
        addresses.put(camera.url)
        over.wait()


def read(url: str, seconds: float, results) -> None:
    """Play `url`, and put the bytes per second and the latencies in ms into `results`."""
    host, port = url.removeprefix("rtsp://").partition("/")[0].split(":")
    line = socket.create_connection((host, int(port)))
    for number, (method, path) in enumerate(
        (("OPTIONS", ""), ("DESCRIBE", ""), ("SETUP", "/trackID=0"), ("PLAY", ""))
    ):
        fields = [("CSeq", str(number)), ("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1")]
        line.sendall(encode_message(f"{method} {url}{path} RTSP/1.0", fields))
        received = line.recv(1 << 16)
    received = received.partition(b"\r\n\r\n")[2]
    latencies, total, end = [], 0, time.monotonic() + seconds
    while time.monotonic() < end:
        data = line.recv(1 << 18)
        now = time.monotonic_ns()
        total += len(data)
        received += data
        at = 0
        while at + 4 <= len(received):
            size = 4 + int.from_bytes(received[at + 2 : at + 4], "big")
            if at + size > len(received):
                break
            (sent,) = struct.unpack_from(">Q", received, at + 4 + RTP_HEADER_SIZE + 2)
            latencies.append((now - sent) / 1e6)
            at += size
        received = received[at:]
    results.put((total / seconds, latencies))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20)
    seconds = parser.parse_args().seconds
    addresses, results = multiprocessing.Queue(), multiprocessing.Queue()
    over = multiprocessing.Event()
    camera = multiprocessing.Process(target=serve, args=(addresses, over), daemon=True)
    camera.start()
    url = addresses.get()
    print("| way | Mbit/s | latency ms, median (p95) | share of a core |\n|---|---|---|---|")
    for way in ("direct", "relayed", "with reports"):
        relay = None
        if way != "direct":
            reports = ReportQueue() if way == "with reports" else None
            relay = RtspRelay(parse_address(url), reports=reports).start()
        address = relay.source.url if relay is not None else url
        reader = multiprocessing.Process(target=read, args=(address, seconds, results), daemon=True)
        began = time.process_time()
        reader.start()
        rate, latencies = results.get()
        used = (time.process_time() - began) / seconds
        reader.join()
        if relay is not None:
            relay.close()
        late = statistics.quantiles(latencies, n=20)[-1]
        print(
            f"| {way} | {rate * 8 / 1e6:.2f} "
            f"| {statistics.median(latencies):.2f} ({late:.2f}) "
            f"| {'' if relay is None else f'{used:.2%}'} |"
        )
    over.set()
    camera.join()


if __name__ == "__main__":
    main()
