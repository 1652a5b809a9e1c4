"""Recordings that run."""

from __future__ import annotations

from camrec import recording
from camrec.face.video import Video
from camrec.station import Station


class Recording:
    """One timed act of writing a camera down."""

    def __init__(self, station: Station, running: recording.Recording) -> None:
        self._station = station
        self._running = running

    @property
    def state(self) -> str:
        """ "writing", "waiting", "finalising", "saved" or "failed"."""
        return self._running.state.value

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return self._running.elapsed

    @property
    def progress(self) -> float:
        """0 to 1."""
        return min(1.0, self._running.elapsed / self._running.duration)

    def wait(self, timeout: float | None = None) -> Video:
        """Block until the video is saved.

        Raises
        ------
        TimeoutError
            `timeout` seconds passed first.
        CamrecError
            It could not be saved; the error says where its parts are.
        """
        if not self._running.wait(timeout):
            raise TimeoutError(f"still {self.state} after {timeout} s")
        if self._running.error is not None:
            raise self._running.error
        return Video(self._station.library.get(self._running.filename))

    def stop(self) -> Video:
        """End it early and save."""
        self._running.stop()
        return self.wait()

    def __repr__(self) -> str:
        return f"<Recording {self.state} {self.elapsed:.1f} s of {self._running.duration} s>"
