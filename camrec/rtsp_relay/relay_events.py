"""What a connection reports to its relay."""

from __future__ import annotations

from typing import Protocol

from camrec.errors import CameraError
from camrec.rtp import ReportQueue
from camrec.rtsp_relay.camera_stream import CameraStream


class RelayEvents(Protocol):
    """What a connection reports to its relay, and the settings that the relay has for it.

    keep_alive_method : the method that keeps the camera's session alive; None if only the receiver
        reports do.
    unread : whether MediaMTX passes on H.264 and H.265 without parsing it.
    reports : where the camera's sender reports go; None if nobody wants them.
    was_redirected : whether the camera ever redirected to another address.
    """

    was_redirected: bool

    @property
    def keep_alive_method(self) -> str | None: ...

    @property
    def unread(self) -> bool: ...

    @property
    def reports(self) -> ReportQueue | None: ...

    def on_keep_alive_rejected(self) -> None:
        """The camera hung up after a keep-alive."""

    def on_opened(self, stream: CameraStream) -> None:
        """The stream is set up. Called again when more is known about its audio."""

    def on_first_frame(self) -> None:
        """The first frame was passed on."""

    def on_error(self, error: CameraError) -> None:
        """The camera sends no video, for this reason."""
