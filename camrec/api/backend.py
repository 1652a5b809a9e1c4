"""What a camera, a recording and a video of the face stand on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from camrec import schema

if TYPE_CHECKING:
    from camrec.library import VideoFile


class Backend(Protocol):
    """One camrec: this process's own station (`local`), or a running ``camrec serve`` (`remote`).

    It gives something for each camera and recording, and takes it again; nobody else looks into
    that. All calls block, and may come from any thread.

    language : of the texts that are shown.
    """

    language: str

    @property
    def page_url(self) -> str:
        """What a browser's page is given to look from, without a slash at the end."""

    @property
    def record_url(self) -> str:
        """What it is given to begin and end recordings by, in the same form."""

    def open(self, url: str, name: str | None) -> Any:
        """A camera: the one of this address that is open, else a new one, once it delivers."""

    def cameras(self) -> list[Any]:
        """Those that are open."""

    def camera(self, camera: Any) -> schema.SessionReply:
        """What is so now."""

    def snapshot(self, camera: Any) -> tuple[int, bytes]:
        """UTC nanoseconds, and the newest frame as a JPEG."""

    def close(self, camera: Any) -> None:
        """A running recording is saved first; one that is closed stays so."""

    def record(self, camera: Any, duration: int, name: str | None) -> Any:
        """A recording, at once."""

    def record_together(self, cameras: Sequence[Any], duration: int) -> list[Any]:
        """A recording of each, all from the same moment on; none where one cannot be."""

    def latest_recording(self, camera: Any) -> Any | None:
        """The camera's latest recording, where there is one."""

    def recordings(self, camera: Any) -> list[Any]:
        """Those of a camera that are scheduled or run, and the latest that ended."""

    def recording(self, recording: Any) -> schema.RecordingReply:
        """What is so now."""

    def wait(self, recording: Any, timeout: float | None) -> bool:
        """Whether it is over, after at most so many seconds; raises what went wrong with it."""

    def stop_recording(self, recording: Any) -> None:
        """End it early; one that is over stays so."""

    def playback_url(self, video: VideoFile) -> tuple[str, bool]:
        """What a page is given to play it from, as `page_url`; whether a thumbnail is there."""

    def video(self, filename: str) -> VideoFile:
        """A finished one."""
