"""An RTSP camera made with gst-rtsp-server, which `cameras.rtsp` runs as its own process.

The first line of stdin has the options as JSON; the camera ends when stdin does. It prints
``{"port": N}`` once it serves, and writes a line of JSON to the log for each frame that leaves the
payloader, and for each connection.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
import barcode  # noqa: E402
import schedule  # noqa: E402
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

AUDIO_PIPELINES = {
    "aac": "audio/x-raw,rate=48000,channels=2 ! avenc_aac ! aacparse ! rtpmp4gpay name=pay1 pt=97",
    "pcma": "audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay1 pt=8",
    "pcmu": "audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay name=pay1 pt=0",
    "l16": "audio/x-raw,format=S16BE,rate=48000,channels=2 ! rtpL16pay name=pay1 pt=99",
    "opus": "audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay name=pay1 pt=98",
    "g722": "audio/x-raw,rate=16000,channels=1 ! avenc_g722 ! rtpg722pay name=pay1 pt=9",
    "l8": "audio/x-raw,format=U8,rate=16000,channels=1 ! rtpL8pay name=pay1 pt=99",
    "l24": "audio/x-raw,format=S24BE,rate=48000,channels=2 ! rtpL24pay name=pay1 pt=99",
    "mp2": "audio/x-raw,rate=48000,channels=2 ! avenc_mp2 ! mpegaudioparse "
    "! rtpmpapay name=pay1 pt=14",
    "mp3": "audio/x-raw,rate=44100,channels=2 ! lamemp3enc ! mpegaudioparse "
    "! rtpmpapay name=pay1 pt=14",
    "ac3": "audio/x-raw,rate=48000,channels=2 ! avenc_ac3 ! ac3parse ! rtpac3pay name=pay1 pt=99",
    "latm": "audio/x-raw,rate=48000,channels=2 ! avenc_aac ! aacparse ! rtpmp4apay name=pay1 pt=99",
    "gsm": "audio/x-raw,rate=8000,channels=1 ! gsmenc ! rtpgsmpay name=pay1 pt=3",
    "vorbis": "audio/x-raw,rate=48000,channels=2 ! vorbisenc ! rtpvorbispay name=pay1 pt=99",
    "g726le": "audio/x-raw,rate=8000,channels=1 ! avenc_g726 bitrate=32000 "
    "! rtpg726pay name=pay1 pt=99 force-aal2=false",
}


def video_pipeline(options: dict) -> str:
    """From raw frames to RTP, in gst-launch's syntax."""
    gop, rate, b = options["gop"], options["bit_rate"], options["b_frames"]
    in_band = options["in_band"]
    latency = "" if b else "tune=zerolatency "
    if options["codec"] == "h265":
        encoder = (
            f"x265enc {latency}speed-preset=ultrafast bitrate={rate} key-int-max={gop} "
            f"option-string=bframes={b}:b-adapt=0:scenecut=0:rc-lookahead={b and b + 1}:open-gop=0"
            f":frame-threads=1:pools=1:repeat-headers={int(in_band)}"
        )
        parser = "h265parse"
    else:
        encoder = (
            f"x264enc {latency}speed-preset=superfast bitrate={rate} key-int-max={gop} bframes={b} "
            "b-adapt=false rc-lookahead=0 sync-lookahead=0 threads=1 option-string=scenecut=0"
        )
        parser = "h264parse"
    form = "byte-stream" if in_band else {"h264": "avc", "h265": "hvc1"}[options["codec"]]
    return (
        f"appsrc name=pictures is-live=true format=time do-timestamp=false block=false "
        f"! {encoder} ! {parser} name=parsed "
        f"! video/x-{options['codec']},stream-format={form},alignment=au "
        f"! rtp{options['codec']}pay name=pay0 pt=96 config-interval={-1 if in_band else 0}"
    )


def pipeline(options: dict) -> str:
    parts = [video_pipeline(options)]
    if options["audio"]:
        audio = AUDIO_PIPELINES[options["audio"]]
        rate = int(audio.partition("rate=")[2].partition(",")[0])
        parts.append(
            f"audiotestsrc is-live=true wave=ticks samplesperbuffer={rate // 50} "
            f"! audioconvert ! audioresample ! {audio}"
        )
    return f"( {' '.join(parts)} )"


class Truth:
    """The log: one line of JSON per event, and the clock of its times."""

    def __init__(self, path: str, clock: str) -> None:
        self._clock = getattr(time, clock)
        self._file = open(path, "a", encoding="utf-8", buffering=1)  # noqa: SIM115
        self._lock = threading.Lock()

    def write(self, **event) -> None:
        with self._lock:
            self._file.write(json.dumps(event) + "\n")

    def now(self) -> int:
        return time.clock_gettime_ns(self._clock)


class Shot:
    """One use of the camera, from the first client to the last: captures frames at their times."""

    numbers = 0

    def __init__(self, media, options: dict, truth: Truth) -> None:
        self._options = options
        self._truth = truth
        self._width, self._height = options["size"]
        self._taken: dict[int, dict] = {}
        self._over = threading.Event()
        chance = random.Random(3)
        texture = bytes(chance.choices(range(60, 200), k=self._width * 40))
        self._texture = texture * (self._height // 20 + 2)
        element = media.get_element()
        self._pictures = element.get_by_name("pictures")
        # Our own times count; without a nominal rate x264 holds each frame until the next one.
        caps = f"video/x-raw,format=I420,width={self._width},height={self._height},framerate=25/1"
        self._pictures.set_property("caps", Gst.Caps.from_string(caps))
        everything = Gst.PadProbeType.BUFFER | Gst.PadProbeType.BUFFER_LIST
        parsed = element.get_by_name("parsed").get_static_pad("src")
        parsed.add_probe(Gst.PadProbeType.BUFFER, self._encoded)
        payloader = element.get_by_name("pay0")
        payloader.get_static_pad("src").add_probe(everything, self._sent)
        # The payloader asks for the baseline profile, which has no B-frames.
        pad = payloader.get_static_pad("sink")
        drop_queries(pad, Gst.PadProbeType.QUERY_DOWNSTREAM, Gst.QueryType.CAPS)
        if options["audio"]:
            pad = element.get_by_name("pay1").get_static_pad("src")
            pad.add_probe(everything, self._audio_sent)
            # The audio source says that it can seek, and then a client's PLAY from 0 fails.
            drop_queries(pad, Gst.PadProbeType.QUERY_UPSTREAM, Gst.QueryType.SEEKING)
            if options["sound_until"] == 0:
                # If it were dropped, DESCRIBE would get no response; so it is sent in an hour.
                pad.set_offset(3600 * Gst.SECOND)
            elif options["sound_until"] is not None:
                pad.add_probe(everything, self._heard)
        media.connect("unprepared", lambda media: self._over.set())
        self._element = element
        threading.Thread(target=self._push_frames, name="frames", daemon=True).start()

    def _push_frames(self) -> None:
        times = schedule.irregular() if self._options["irregular"] else None
        times = times or schedule.steady(self._options["rate"])
        while self._element.get_clock() is None or self._element.current_state < Gst.State.PAUSED:
            if self._over.wait(0.005):
                return
        clock, start = self._element.get_clock(), None
        for at in times:
            until = self._options["video_until"]
            if until is not None and at > until:
                return
            if start is None:
                while not self._element.get_base_time():
                    if self._over.wait(0.002):
                        return
                start = clock.get_time() - self._element.get_base_time()
            pts = start + round(at * Gst.SECOND)
            wait = pts - (clock.get_time() - self._element.get_base_time())
            if self._over.wait(max(wait, 0) / Gst.SECOND):
                return
            number = Shot.numbers
            Shot.numbers += 1
            self._taken[pts] = {"number": number, "pts": pts, "taken": self._truth.now()}
            buffer = Gst.Buffer.new_wrapped(self._frame(number))
            buffer.pts = pts
            if self._pictures.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                return

    def _frame(self, number: int) -> bytes:
        width, height = self._width, self._height
        code = barcode.rows(number, width) * (height // 8)
        begin = width * (number % 40)
        luma = code + self._texture[begin : begin + width * height - len(code)]
        chroma = (width + 1) // 2 * ((height + 1) // 2)
        return luma + bytes([100 + number % 50]) * chroma + b"\x90" * chroma

    def _encoded(self, pad, info):
        buffer = info.get_buffer()
        taken = self._taken.get(running_time(pad, buffer))
        if taken is not None:
            taken["key"] = not buffer.get_flags() & Gst.BufferFlags.DELTA_UNIT
            data = buffer.extract_dup(0, buffer.get_size())
            taken["slices"] = slices_hash(data, self._options["codec"], self._options["in_band"])
        return Gst.PadProbeReturn.OK

    def _sent(self, pad, info):
        for buffer in buffers(info):
            header = buffer.extract_dup(0, 8)
            if header[1] & 0x80:
                taken = self._taken.pop(running_time(pad, buffer), None)
                if taken is not None:
                    rtp = int.from_bytes(header[4:8], "big")
                    self._truth.write(event="picture", rtp=rtp, sent=self._truth.now(), **taken)
        return Gst.PadProbeReturn.OK

    def _audio_sent(self, pad, info):
        for buffer in buffers(info):
            rtp = int.from_bytes(buffer.extract_dup(4, 4), "big")
            self._truth.write(event="sound", rtp=rtp, pts=running_time(pad, buffer))
        return Gst.PadProbeReturn.OK

    def _heard(self, pad, info):
        since = running_time(pad, next(buffers(info)))
        silent = since >= self._options["sound_until"] * Gst.SECOND
        return Gst.PadProbeReturn.DROP if silent else Gst.PadProbeReturn.OK


def running_time(pad, buffer) -> int:
    """When it was captured, in nanoseconds: encoders shift times and say so in the segment."""
    segment = pad.get_sticky_event(Gst.EventType.SEGMENT, 0).parse_segment()
    return segment.to_running_time(Gst.Format.TIME, buffer.pts)


def drop_queries(pad, way, kind) -> None:
    """Answer no more queries of this kind at the pad."""

    def probe(pad, info):
        dropped = info.get_query().type == kind
        return Gst.PadProbeReturn.DROP if dropped else Gst.PadProbeReturn.OK

    pad.add_probe(way, probe)


def buffers(info):
    """The buffers that a pad probe was called for."""
    if info.type & Gst.PadProbeType.BUFFER_LIST:
        found = info.get_buffer_list()
        for place in range(found.length()):
            yield found.get(place)
    else:
        yield info.get_buffer()


def slices_hash(data: bytes, codec: str, byte_stream: bool) -> str:
    """The same as `cameras.rtsp.slices_hash` of that frame."""
    found = hashlib.sha1()
    for nal in nals(data, byte_stream):
        kind = nal[0] & 31 if codec == "h264" else nal[0] >> 1 & 63
        if 1 <= kind <= 5 if codec == "h264" else kind < 32:
            found.update(nal.rstrip(b"\0"))
    return found.hexdigest()


def nals(data: bytes, byte_stream: bool):
    if byte_stream:
        yield from filter(None, data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1"))
        return
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 4 + size]
        at += 4 + size


def report_capture_times(media) -> None:
    """Let sender reports have the time of capturing, not that of sending."""

    def prepared(media):
        top = media.get_element()
        while top.get_parent() is not None:
            top = top.get_parent()
        elements = top.iterate_recurse()
        while (step := elements.next())[0] == Gst.IteratorResult.OK:
            if step[1].find_property("rtcp-sync-send-time") is not None:
                step[1].set_property("rtcp-sync-send-time", False)

    media.connect("prepared", prepared)


def guard(server, factory, options: dict) -> None:
    """Accept the given user only."""
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "viewer")
    if options["auth"] == "digest":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(options["user"], options["password"], token)
    else:
        basic = GstRtspServer.RTSPAuth.make_basic(options["user"], options["password"])
        auth.add_basic(basic, token)
    permissions = GstRtspServer.RTSPPermissions()
    for right in ("media.factory.access", "media.factory.construct"):
        permissions.add_permission_for_role("viewer", right, True)
    factory.set_permissions(permissions)
    server.set_auth(auth)


def main() -> None:
    options = json.loads(sys.stdin.readline())
    Gst.init(None)
    truth = Truth(options["truth"], options.get("clock", "CLOCK_MONOTONIC"))
    loop = GLib.MainLoop()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(options["port"]))
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(pipeline(options))
    factory.set_shared(True)
    shots = []

    def configure(factory, media):
        shots.append(Shot(media, options, truth))
        if options["reports_capture"]:
            report_capture_times(media)

    factory.connect("media-configure", configure)
    if options["auth"]:
        guard(server, factory, options)
    server.get_mount_points().add_factory("/cam", factory)
    server.connect("client-connected", lambda server, client: truth.write(event="connected"))
    server.attach(None)
    print(json.dumps({"port": server.get_bound_port()}), flush=True)
    loop.run()


main()
