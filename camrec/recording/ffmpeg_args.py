"""FFmpeg's arguments for one segment, depending on its version and on the tracks."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from camrec.console_window import window_flags
from camrec.media import AudioTrack, VideoTrack
from camrec.recording.encoding import DEFAULT_ENCODING, EncodingPolicy

FRAGMENT_DURATION_US = 100_000  # a killed FFmpeg may lose a fragment of this length

# A packet from NUT has no duration, but FFmpeg starts a fragment where the one before it ends. So
# each packet is held until the next one says how long it lasts. The last one lasts as long as the
# one before it, a second at most. (A missing time is a large negative number here.)
REORDERED_TIMING_FILTER = (
    r"setts=pts=PTS:dts=DTS:duration="
    r"if(gt(NEXT_DTS\,DTS)\,NEXT_DTS-DTS\,min(DTS-PREV_OUTDTS\,1/TB))"
)
# If no frame is reordered, FFmpeg's own decoding times must not be used. They are guesses: with
# them each fragment of a single frame was 0.01 ms late, and the delays added up.
IN_ORDER_TIMING_FILTER = (
    r"setts=pts=PTS:dts=PTS:duration="
    r"if(gt(NEXT_PTS\,PTS)\,NEXT_PTS-PTS\,min(PTS-PREV_OUTPTS\,1/TB))"
)
# Each frame is written at once, and x264 weighs it by how long it is shown. Without a frame rate
# x264 would assume 90000 frames per second, and write that into the stream.
LOW_LATENCY_ARGS = ("-tune", "zerolatency", "-x264-params", "force-cfr=0:fps=25")
# FFmpeg would write nothing before it had estimated the frame rate from 20 frames, and a kill loses
# what it has not written.
PROBE_NO_RATE_ARGS = ("-fpsprobesize", "0")
# With more threads the decoder would delay each frame by the number of threads.
SINGLE_THREAD_ARGS = ("-threads:v", "1")
VARIABLE_RATE_FILTER = "h264_metadata=tick_rate=50:fixed_frame_rate_flag=0"
ORIENTATION_FILTERS = {
    1: "", 2: "hflip,", 3: "hflip,vflip,", 4: "vflip,",
    5: "transpose=cclock_flip,", 6: "transpose=clock,", 7: "transpose=clock_flip,",
    8: "transpose=cclock,",
}  # fmt: skip
# Browsers ignore the density that a JPEG states, so the video has square pixels too.
SQUARE_PIXEL_FILTER = ",setsar=1"
EVEN_SIZE_FILTER = "pad=ceil(iw/2)*2:ceil(ih/2)*2"
KEY_FRAME_EVERY_2_S_EXPRESSION = "expr:isnan(prev_forced_t)+gte(t,prev_forced_t+2)"


# The first version with ``hybrid_fragmented``. Together with ``delay_moov`` it wrote wrong
# positions of the frames, and none could be decoded (tried: 7.1 for Windows; 9.0 is right).
HYBRID_BROKEN_PATTERN = re.compile(r"ffmpeg version n?7\.")


@dataclass(frozen=True)
class FFmpegFeatures:
    """What differs between the FFmpegs in use.

    hybrid_mp4 : it turns a fragmented file into a plain MP4 when it closes the file. Without this,
        the file must be rewritten at the end.
    fps_mode : it supports ``-fps_mode``, the newer name of ``-vsync``.
    """

    hybrid_mp4: bool
    fps_mode: bool


@lru_cache(maxsize=8)
def detect_features(ffmpeg: Path) -> FFmpegFeatures:
    """Run this FFmpeg and read its help. Raises OSError if it does not run."""
    long_help, version = _read_help(ffmpeg, "long")
    muxer_help, _ = _read_help(ffmpeg, "muxer=mp4")
    return features_from_help(version, muxer_help, long_help)


def features_from_help(version: str, muxer_help: str, long_help: str) -> FFmpegFeatures:
    """Return what an FFmpeg supports, from what it prints."""
    broken = HYBRID_BROKEN_PATTERN.match(version) is not None
    return FFmpegFeatures(
        hybrid_mp4="hybrid_fragmented" in muxer_help and not broken,
        fps_mode="-fps_mode" in long_help,
    )


def build_arguments(
    features: FFmpegFeatures,
    video: VideoTrack,
    audio: AudioTrack | None,
    start: float,
    file: Path,
    encoding: EncodingPolicy = DEFAULT_ENCODING,
) -> list[str]:
    """The arguments with which FFmpeg writes `file` from the NUT on its stdin.

    Parameters
    ----------
    start
        Seconds from the time 0 of the NUT to the time 0 of the file. An edit list hides the frames
        before it.
    """
    movflags = "+hybrid_fragmented+delay_moov"
    if not features.hybrid_mp4:
        movflags = "+frag_keyframe+delay_moov+default_base_moof"
    command = ["-hide_banner", "-nostats", "-loglevel", "warning", "-y"]
    command += ["-probesize", "65536", *PROBE_NO_RATE_ARGS]
    command += ["-copyts", "-itsoffset", f"{-start:.6f}"]
    if video.codec == "mjpeg":
        # Newer versions rotate a JPEG by themselves, older ones do not: a filter does it for all.
        command += [*SINGLE_THREAD_ARGS, "-noautorotate"]
    command += ["-f", "nut", "-i", "pipe:0", "-map", "0:v:0"]
    if encoding.can_copy(video):
        command += _copy_arguments(video)
    else:
        command += _encode_arguments(features, video, encoding.x264_preset(video))
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
    # Apple's players do not play H.265 with its usual tag.
    tag = ["-tag:v", "hvc1"] if video.codec == "h265" else []
    return [
        "-c:v",
        "copy",
        *tag,
        "-bsf:v",
        REORDERED_TIMING_FILTER if video.reorder else IN_ORDER_TIMING_FILTER,
    ]


def _encode_arguments(features: FFmpegFeatures, video: VideoTrack, preset: str) -> list[str]:
    filters = (
        ORIENTATION_FILTERS[video.orientation]
        + EVEN_SIZE_FILTER
        + (SQUARE_PIXEL_FILTER if video.codec == "mjpeg" else "")
    )
    return [
        *(["-fps_mode:v"] if features.fps_mode else ["-vsync"]),
        *("passthrough", "-enc_time_base:v", "1:90000", "-vf", filters, "-pix_fmt", "yuv420p"),
        *(
            "-c:v",
            "libx264",
            "-preset",
            preset,
            "-crf",
            "23",
            *LOW_LATENCY_ARGS,
        ),
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


def _read_help(ffmpeg: Path, topic: str) -> tuple[str, str]:
    """Return the help, and the banner with the version."""
    done = subprocess.run(
        [str(ffmpeg), "-h", topic],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=20,
        check=False,
        creationflags=window_flags(),
    )
    return done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
