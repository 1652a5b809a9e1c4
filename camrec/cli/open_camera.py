"""A camera that opens, told on the terminal while it takes its time."""

from __future__ import annotations

import time

from camrec.cli.console import cli_text, print_message
from camrec.session import Session, SessionState
from camrec.station import Station

WAIT_MESSAGE_DELAY_S = 2.0  # most cameras are there by then
STATE_POLL_INTERVAL_S = 0.2


def open_camera(station: Station, url: str) -> Session:
    """As `Station.open`, saying what is waited for.

    Raises
    ------
    InputError, CameraError, ServiceError
    """
    session = station.begin_open(url)
    wait_until_open(session)
    if session.state is SessionState.FAILED:
        station.close(session.session_id)
        assert session.error is not None
        raise session.error
    return session


def wait_until_open(session: Session) -> None:
    """Until it is no longer opening."""
    began, told = time.monotonic(), None
    while not session.machine.wait(
        lambda state: state is not SessionState.OPENING, STATE_POLL_INTERVAL_S
    ):
        awaited = session.waiting_for
        if (
            awaited not in (None, "frames", told)
            and time.monotonic() - began >= WAIT_MESSAGE_DELAY_S
        ):
            told = awaited
            print_message(cli_text(f"waiting.{awaited}", host=session.source.host))
