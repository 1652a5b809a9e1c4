"""An address that answers no connection: the queue of those that wait there is full."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

MAX_WAITING = 8  # more than any system lets wait if the queue is to be as short as possible


@contextmanager
def full_queue(port: int = 0) -> Iterator[int]:
    """Listen at a port of 127.0.0.1 without answering any further connection; gives the port."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(0)
        address = listener.getsockname()
        for _ in range(MAX_WAITING):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0.5)
            try:
                waiting.connect(address)
            except TimeoutError:
                break
        else:
            raise AssertionError("the queue is never full")
        yield address[1]
