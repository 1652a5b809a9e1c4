"""Opens a camera, and prints what camrec waits for if that takes long."""

from __future__ import annotations

from camrec.camera_address import CameraAddress
from camrec.camera_clock import ClockChoice
from camrec.cli.console import cli_text, print_message
from camrec.clock import monotonic_s
from camrec.session import Session, SessionState
from camrec.station import Station

WAIT_MESSAGE_DELAY_S = 2.0  # most cameras are live by then
STATE_POLL_INTERVAL_S = 0.2


def open_camera(
    station: Station, address: str | CameraAddress, clock: ClockChoice | None = None
) -> Session:
    """Open a camera as ``station.cameras.open`` does, and print what camrec waits for.

    Raises
    ------
    InputError, CameraError, ServiceError
        The camera could not be opened.
    """
    session = station.cameras.begin_open(address, clock_choice=clock)
    wait_until_open(session)
    if session.state is SessionState.FAILED:
        station.cameras.close(session.session_id)
        assert session.error is not None
        raise session.error
    return session


def wait_until_open(session: Session) -> None:
    """Wait until the session is live or has failed."""
    started_at, printed = monotonic_s(), None
    while not session.machine.wait(
        lambda state: state is not SessionState.OPENING, STATE_POLL_INTERVAL_S
    ):
        waiting_for = session.waiting_for
        is_late = monotonic_s() - started_at >= WAIT_MESSAGE_DELAY_S
        if is_late and waiting_for not in (None, "frames", printed):
            printed = waiting_for
            print_message(cli_text(f"waiting.{waiting_for}", host=session.source.host))
