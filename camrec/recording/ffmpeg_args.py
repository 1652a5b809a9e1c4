"""FFmpeg's arguments for one part, by what this FFmpeg can do and what the tracks are."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from camrec.media import AudioTrack, VideoTrack
from camrec.recording.encoding import DEFAULT_ENCODING, EncodingPolicy

FRAGMENT_DURATION_US = 100_000  # microseconds of film that a killed FFmpeg may lose

# A packet from NUT knows no duration, and a fragment begins where the one before it is thought to
# end: so each packet is held until the next one says how long it lasted. The last one lasts as
# long as the one before it, a second at most. (No time is a number far below zero here.)
REORDERED_TIMING_FILTER = (
    r"setts=pts=PTS:dts=DTS:duration="
    r"if(gt(NEXT_DTS\,DTS)\,NEXT_DTS-DTS\,min(DTS-PREV_OUTDTS\,1/TB))"
)
# Where no picture is reordered FFmpeg's own decoding times, which it guesses, are of no use: with
# them each fragment of one picture only came 0.01 ms too late, and the delays added up.
IN_ORDER_TIMING_FILTER = (
    r"setts=pts=PTS:dts=PTS:duration="
    r"if(gt(NEXT_PTS\,PTS)\,NEXT_PTS-PTS\,min(PTS-PREV_OUTPTS\,1/TB))"
)
# Every picture is written at once, and weighed by how long it is shown; without a rate to think of
# x264 would take 90000 pictures a second for real, and announce them.
LOW_LATENCY_ARGS = ("-tune", "zerolatency", "-x264-params", "force-cfr=0:fps=25")
# The decoder would work on a picture a processor at a time, and hold all of them back so long.
SINGLE_THREAD_ARGS = ("-threads:v", "1")
VARIABLE_RATE_FILTER = "h264_metadata=tick_rate=50:fixed_frame_rate_flag=0"
ORIENTATION_FILTERS = {
    1: "", 2: "hflip,", 3: "hflip,vflip,", 4: "vflip,",
    5: "transpose=cclock_flip,", 6: "transpose=clock,", 7: "transpose=clock_flip,",
    8: "transpose=cclock,",
}  # fmt: skip
# What a JPEG says of its density browsers do not heed: the video shows it as they do.
SQUARE_PIXEL_FILTER = ",setsar=1"
EVEN_SIZE_FILTER = "pad=ceil(iw/2)*2:ceil(ih/2)*2"
KEY_FRAME_EVERY_2_S_EXPRESSION = "expr:isnan(prev_forced_t)+gte(t,prev_forced_t+2)"


@dataclass(frozen=True)
class FFmpegFeatures:
    """What differs between the FFmpegs that are in use.

    hybrid_mp4 : it can turn a fragmented file into a plain one by closing it; without that, the
    file
        is to be written anew at the end.
    fps_mode : it knows ``-fps_mode``, the newer name of ``-vsync``.
    """

    hybrid_mp4: bool
    fps_mode: bool


@lru_cache(maxsize=8)
def detect_features(ffmpeg: Path) -> FFmpegFeatures:
    """Ask this FFmpeg. Raises OSError when it does not run."""
    return FFmpegFeatures(
        hybrid_mp4="hybrid_fragmented" in _read_help(ffmpeg, "muxer=mp4"),
        fps_mode="-fps_mode" in _read_help(ffmpeg, "long"),
    )


def build_arguments(
    able: FFmpegFeatures,
    video: VideoTrack,
    audio: AudioTrack | None,
    start: float,
    file: Path,
    coding: EncodingPolicy = DEFAULT_ENCODING,
) -> list[str]:
    """What makes FFmpeg write `file` from the NUT on its stdin.

    Parameters
    ----------
    start
        Seconds from the NUT's zero to the file's; what lies before is hidden by an edit list.
    """
    movflags = "+hybrid_fragmented+delay_moov"
    if not able.hybrid_mp4:
        movflags = "+frag_keyframe+delay_moov+default_base_moof"
    command = ["-hide_banner", "-nostats", "-loglevel", "warning", "-y"]
    command += ["-probesize", "65536", "-copyts", "-itsoffset", f"{-start:.6f}"]
    if video.codec == "mjpeg":
        # Newer ones turn a JPEG by themselves: all are told how.
        command += [*SINGLE_THREAD_ARGS, "-noautorotate"]
    command += ["-f", "nut", "-i", "pipe:0", "-map", "0:v:0"]
    command += (
        _copy_arguments(video) if coding.can_copy(video) else _encode_arguments(able, video, coding)
    )
    if audio is not None:
        command += ["-map", "0:a:0", *_audio_arguments(audio)]
    command += ["-max_interleave_delta", "500000", "-avoid_negative_ts", "disabled"]
    command += [
        "-movflags",
        movflags,
        "-frag_duration",
        str(FRAGMENT_DURATION_US),
        "-flush_packets",
        "1",
    ]
    return [*command, "-f", "mp4", str(file)]


def _copy_arguments(video: VideoTrack) -> list[str]:
    # Under its usual name Apple's players do not take H.265.
    tag = ["-tag:v", "hvc1"] if video.codec == "h265" else []
    return [
        "-c:v",
        "copy",
        *tag,
        "-bsf:v",
        REORDERED_TIMING_FILTER if video.reorder else IN_ORDER_TIMING_FILTER,
    ]


def _encode_arguments(able: FFmpegFeatures, video: VideoTrack, coding: EncodingPolicy) -> list[str]:
    filters = (
        ORIENTATION_FILTERS[video.orientation]
        + EVEN_SIZE_FILTER
        + (SQUARE_PIXEL_FILTER if video.codec == "mjpeg" else "")
    )
    return [
        *(["-fps_mode:v"] if able.fps_mode else ["-vsync"]),
        *("passthrough", "-enc_time_base:v", "1:90000", "-vf", filters, "-pix_fmt", "yuv420p"),
        *("-c:v", "libx264", "-preset", coding.x264_preset(video), "-crf", "23", *LOW_LATENCY_ARGS),
        *(
            "-force_key_frames",
            KEY_FRAME_EVERY_2_S_EXPRESSION,
            "-bsf:v",
            f"{VARIABLE_RATE_FILTER},{REORDERED_TIMING_FILTER}",
        ),
    ]


def _audio_arguments(audio: AudioTrack) -> list[str]:
    if audio.codec == "aac":
        return ["-c:a", "copy"]
    return ["-c:a", "aac", "-b:a", "128k"]


def _read_help(ffmpeg: Path, topic: str) -> str:
    asked = [str(ffmpeg), "-hide_banner", "-h", topic]
    return subprocess.run(
        asked, capture_output=True, stdin=subprocess.DEVNULL, timeout=20, check=False
    ).stdout.decode("utf-8", "replace")
