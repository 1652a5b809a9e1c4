"""Whether everything works, as ``GET /health`` returns it."""

from __future__ import annotations

from collections.abc import Sequence

from camrec import __version__, schema
from camrec.binaries import Binary
from camrec.library import DiskSpace
from camrec.process import UNHEALTHY_PROCESS_STATES
from camrec.proxies import Go2rtc, MediaMTX, Proxy
from camrec.recording import RUNNING_RECORDING_STATES, AnyRecording
from camrec.session import OPEN_SESSION_STATES, Session, SessionState


def describe_health(
    *,
    mediamtx: MediaMTX,
    go2rtc: Go2rtc,
    ffmpeg: Binary | None,
    sessions: Sequence[Session],
    recordings: Sequence[AnyRecording],
    left_behind: Sequence[str],
    disk_space: DiskSpace,
) -> schema.HealthReply:
    """The reply of ``GET /health``. `left_behind`: see `RecordingResumer`."""
    stale = [each for each in sessions if each.state is SessionState.STALE]
    is_degraded = (
        ffmpeg is None
        or any(proxy.state in UNHEALTHY_PROCESS_STATES for proxy in (mediamtx, go2rtc))
        or any(each.is_recording for each in stale)
        or bool(left_behind)
    )
    return schema.HealthReply(
        status="degraded" if is_degraded else "ok",
        version=__version__,
        proxies=schema.ProxiesReply(
            mediamtx=_describe_proxy(mediamtx), go2rtc=_describe_proxy(go2rtc)
        ),
        ffmpeg=schema.FFmpegHealthReply(
            path=str(ffmpeg.path) if ffmpeg else None, version=ffmpeg.version if ffmpeg else None
        ),
        sessions=sum(each.state in OPEN_SESSION_STATES for each in sessions),
        without_picture=[each.session_id for each in stale],
        recordings=sum(each.state in RUNNING_RECORDING_STATES for each in recordings),
        left_behind=list(left_behind),
        disk=schema.DiskReply(free_bytes=disk_space.free_bytes),
    )


def _describe_proxy(proxy: Proxy) -> schema.ProxyHealthReply:
    return schema.ProxyHealthReply(state=proxy.state.value, version=proxy.version, pid=proxy.pid)
