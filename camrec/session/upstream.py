"""What a session needs between its camera and camrec: a proxy, and a reader of its stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from camrec.errors import CameraError
from camrec.media import MediaUnit, StreamNotice
from camrec.readers import StreamError
from camrec.session.better_route import Phase


class UnitReader(Protocol):
    """Reads a local stream once. Any thread may call `close` and `set_read_interval`."""

    @property
    def unsupported_audio(self) -> str:
        """The codec of audio that cannot be read, or ""; known with the first unit."""

    @property
    def notices(self) -> tuple[StreamNotice, ...]:
        """What a receipt should say about the stream, as known with the newest unit."""

    def batches(self) -> Iterator[Sequence[MediaUnit]]:
        """Every unit from now on; units that arrived together are in one batch.

        Raises StreamError.
        """

    def set_read_interval(self, seconds: float) -> None:
        """Read only every so many seconds, to save wake-ups; 0 reads each unit as it arrives."""

    def close(self) -> None:
        """End the reading."""


class Upstream(Protocol):
    """The path of one camera through a proxy. It is opened and closed any number of times.

    The parameter `since` is always in monotonic nanoseconds.
    """

    @property
    def local_url(self) -> str:
        """The RTSP address of the stream for other programs on this machine."""

    @property
    def answer_timeout(self) -> float:
        """Seconds in which the camera must answer; fewer if another route is tried after that."""

    @property
    def key_frame_timeout(self) -> float:
        """Seconds from the first byte of media in which the proxy must pass a frame on; fewer if
        another route is tried after that.
        """

    def prepare(self) -> None:
        """Check that the camera may be reached, and wait until the proxy runs.

        Call it before each `open`. Its duration does not count against the camera.

        Raises
        ------
        AccessError, CameraError
            The network policy forbids the camera, or its host is unknown.
        ServiceError
            The proxy does not start.
        """

    def accepts_connections(self) -> bool:
        """Whether the camera answers at once if it is connected to, be it with a refusal.

        It makes one connection, and closes it. Call it only while the upstream is closed.
        """

    def open(self) -> None:
        """Give the camera to the proxy, which connects to it again if it already has it.

        Raises
        ------
        CameraError
            An inspection of the camera failed.
        """

    def close(self) -> None:
        """Take the camera away from the proxy."""

    def create_reader(self) -> UnitReader:
        """A new reader of the proxy's stream."""

    def received_bytes(self) -> int | None:
        """Bytes of media since `open`; None while the camera is not connected."""

    def stays_connected(self) -> bool:
        """Whether the camera is connected, and stays connected without a reader."""

    def reason(self, error: StreamError | None, since: int) -> CameraError | None:
        """Why no frame arrives, if a reason appeared after `since`; `error` is the reader's."""

    def explain_error(self, error: CameraError) -> CameraError:
        """The error that `error` means on this route to the camera."""

    def drops_media(self, since: int) -> bool:
        """Whether the proxy drops what the camera sent after `since`: waiting does not help."""

    def finds_better_route(self, since: int, phase: Phase) -> bool:
        """Whether the proxy has dropped packets after `since` that another route would deliver.

        The next `open` then takes that route. Call this repeatedly: the proxy reports once a
        second.
        """

    def may_report_drops(self, since: int) -> bool:
        """Whether the proxy, which was opened at `since`, may soon report dropped packets."""

    def reroute(self, error: CameraError) -> bool:
        """Whether the next `open` takes another route, which may help after `error`.

        Call it once after a failed attempt, before `close` or the next `open`.
        """

    def may_be_busy(self, error: CameraError) -> bool:
        """Whether `error` may mean that the camera still serves the inspection's connection.

        Another attempt a second later may succeed.
        """
