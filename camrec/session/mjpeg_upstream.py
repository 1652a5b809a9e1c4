"""HTTP MJPEG cameras: camrec's relay connects to the camera, and go2rtc to the relay."""

from __future__ import annotations

from camrec.camera_address import CameraAddress
from camrec.camera_clock import ClockChoice
from camrec.clock import Clock, monotonic_s
from camrec.errors import CameraError
from camrec.mjpeg_relay import MjpegRelay, inspect_stream
from camrec.network_policy import NetworkPolicy
from camrec.proxies import Go2rtc
from camrec.readers import MjpegReader, StreamError
from camrec.session.proxy_upstream import READER_TIMEOUT_S, ProxyUpstream

# A camera that serves only one viewer may need so long to notice that the inspection is over.
CAMERA_RELEASE_S = 5.0
# An inspection is not repeated for so long: it would take the relay's place at the camera.
INSPECTION_VALIDITY_S = 10.0
_VIEWER_LIMIT_ERROR_CODES = ("camera_hung_up", "camera_refused", "camera_busy")


class MjpegUpstream(ProxyUpstream[Go2rtc]):
    """An upstream whose proxy, go2rtc, never connects to the camera itself, for three reasons.

    It would follow a camera's redirects to any host. It rejects multipart bodies that violate the
    standard. And it connects hundreds of times a second to a camera whose stream ends.

    Parameters
    ----------
    clock_choice
        Where the UTC of frames comes from. "camera": the times that the camera states are read.
    """

    def __init__(
        self,
        source: CameraAddress,
        path: str,
        clock: Clock,
        proxy: Go2rtc,
        network_policy: NetworkPolicy | None = None,
        clock_choice: ClockChoice = "arrival",
    ) -> None:
        super().__init__(source, path, clock, proxy, network_policy)
        self._uses_camera_clock = clock_choice == "camera"
        self._relay: MjpegRelay | None = None
        self._received_before_open = 0
        self._inspected_at = -INSPECTION_VALIDITY_S  # monotonic seconds

    def open(self) -> None:
        if not self._is_known_to_deliver:
            inspect_stream(self.source, network_policy=self._network_policy)
            self._inspected_at = monotonic_s()
        if self._relay is None:
            self._relay = MjpegRelay(
                self.source, self._network_policy, self._uses_camera_clock
            ).start()
        self._received_before_open = self._relay.received_bytes
        self._proxy.add(self.path, self._relay.source)

    def close(self) -> None:
        self._proxy.remove(self.path)
        if self._relay is not None:
            self._relay.close()
            self._relay = None

    def received_bytes(self) -> int | None:
        if self._relay is None:
            return None
        return self._relay.received_bytes - self._received_before_open

    def create_reader(self) -> MjpegReader:
        relay = self._relay
        url, user, password = self._proxy.stream_endpoint(self.path)
        return MjpegReader(
            url,
            user,
            password,
            self._clock,
            patience=READER_TIMEOUT_S,
            count_broken=lambda: 0 if relay is None else relay.dropped,
            has_capture_times=self._uses_camera_clock,
        )

    def reason(self, error: StreamError | None, since: int) -> CameraError | None:
        if self._relay is not None and (reason := self._relay.reason(since)) is not None:
            # The inspection found a camera, so a response without a stream means that it hung up.
            hung_up = reason.code == "camera_not_a_camera"
            return self._create_error("camera_hung_up") if hung_up else reason
        if error is not None and error.reason == "message":
            return self._proxy.reason(self.source, error.detail)
        return None

    def may_be_busy(self, error: CameraError) -> bool:
        return (
            error.code in _VIEWER_LIMIT_ERROR_CODES
            and monotonic_s() - self._inspected_at < CAMERA_RELEASE_S
        )

    @property
    def _is_known_to_deliver(self) -> bool:
        # After it has delivered, the camera may have changed, so it is inspected again.
        has_delivered = self._relay is not None and self._relay.has_delivered
        return monotonic_s() - self._inspected_at < INSPECTION_VALIDITY_S and not has_delivered
