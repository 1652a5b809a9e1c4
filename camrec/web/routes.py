"""The table as Tornado takes it."""

from __future__ import annotations

import re
from typing import Any

from camrec.web.endpoints import TABLE
from camrec.web.handlers.base import Desk, NothingHandler

# Under our own first words nothing but us answers, whatever server we are part of. Anything else
# is left to that server: a pattern for all would stand before Panel's own /static and swallow it.
OURS = sorted({address.path.split("/")[1] for address in TABLE})
REST = "/(?:{})(?:/.*)?".format("|".join(word.replace(".", r"\.") for word in OURS))


def routes_of(desk: Desk, prefix: str = "") -> list[tuple[str, type, dict[str, Any]]]:
    """(pattern, handler, arguments) of every address, and a 404 for the rest of what is ours.

    prefix : what stands in front of each, such as ``/cams``.
    """
    table = [(address.pattern, address.handler) for address in TABLE]
    return [
        (re.escape(prefix) + pattern, handler, {"desk": desk})
        for pattern, handler in (*table, (REST, NothingHandler))
    ]


def settings_of(desk: Desk) -> dict[str, Any]:
    """Tornado's settings beside the routes: what no other route takes is our 404 as well."""
    return {"default_handler_class": NothingHandler, "default_handler_args": {"desk": desk}}
