"""Decides when a camera is lost while it is recorded: one loss is one alert, with both times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from camrec.alerts.alert import Alert
from camrec.clock import NS_PER_SECOND

LOST_AFTER_NS = 10 * NS_PER_SECOND


@dataclass(frozen=True)
class CameraSilence:
    """What is known about an open camera. Times are UTC nanoseconds.

    recording_id : the recording that runs; None: there is none.
    silent_since : since when it sends no frames, while it should; None: frames arrive.
    back_at : when its frames came back; None: that is not known.
    """

    session_id: str
    recording_id: str | None
    silent_since: int | None
    back_at: int | None = None


@dataclass(frozen=True)
class CameraLossBegin:
    """A camera is lost since `at`."""

    session_id: str
    at: int


@dataclass(frozen=True)
class CameraLossEnd:
    """A camera is no longer lost, because it is back or was closed."""

    alert_id: str
    at: int
    is_closed: bool


class LostCameraTracker:
    """Compares the cameras with those that have an alert. Used by one thread.

    Parameters
    ----------
    unfinished
        The alerts of an earlier camrec that have no end. Such a loss goes on if its recording
        does; the end of the others is not known.
    """

    def __init__(self, unfinished: Iterable[Alert] = ()) -> None:
        self._earlier = {
            each.recording_id: each.alert_id
            for each in unfinished
            if each.kind == "camera_lost" and each.recording_id is not None
        }
        self._alerts: dict[str, str] = {}  # the alert of each session that is lost

    def note(self, session_id: str, alert_id: str) -> None:
        """A lost camera has got an alert."""
        self._alerts[session_id] = alert_id

    def compare(
        self, now: int, cameras: Iterable[CameraSilence]
    ) -> tuple[list[CameraLossBegin], list[CameraLossEnd]]:
        """Which losses begin and end now; `cameras` are all that are open."""
        begins: list[CameraLossBegin] = []
        ends: list[CameraLossEnd] = []
        known = {camera.session_id: camera for camera in cameras}
        for camera in known.values():
            if camera.recording_id in self._earlier:
                self._alerts.setdefault(camera.session_id, self._earlier.pop(camera.recording_id))
            since, alert_id = camera.silent_since, self._alerts.get(camera.session_id)
            if since is None and alert_id is not None:
                del self._alerts[camera.session_id]
                ends.append(CameraLossEnd(alert_id, camera.back_at or now, is_closed=False))
            elif since is not None and alert_id is None and _is_lost(camera, now - since):
                begins.append(CameraLossBegin(camera.session_id, since))
        for session_id in [each for each in self._alerts if each not in known]:
            ends.append(CameraLossEnd(self._alerts.pop(session_id), now, is_closed=True))
        return begins, ends


def _is_lost(camera: CameraSilence, silent_ns: int) -> bool:
    return camera.recording_id is not None and silent_ns >= LOST_AFTER_NS
