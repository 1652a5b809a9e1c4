"""``camrec mark`` marks an event in all recordings of a running camrec."""

from __future__ import annotations

from camrec import schema
from camrec.cli.console import cli_text, print_message
from camrec.cli.remote_recording import find_running_camrec
from camrec.config import Config
from camrec.errors import StateError

EVENT_SOURCE_COMMAND = "command line"


def mark(text: str, config: Config) -> None:
    """Mark an event with `text` in all recordings that run now.

    Raises
    ------
    StateError
        ``nothing_recorded``: nothing records, or no camrec runs.
    InputError (``bad_event_text``), ServiceError
    """
    running = find_running_camrec(config)
    if running is None:
        raise StateError("nothing_recorded")
    body = {"text": text, "source": EVENT_SOURCE_COMMAND}
    marked = running.client.post_model(schema.EventListReply, "/events", body).events
    print_message(cli_text("mark.marked", count=len(marked), at=marked[0].at))
