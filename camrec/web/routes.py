"""The table as Tornado takes it."""

from __future__ import annotations

import re
from typing import Any

from camrec.web.endpoints import ENDPOINTS
from camrec.web.handlers.base import HandlerContext, NotFoundHandler

# Under our own first words nothing but us answers, whatever server we are part of. Anything else
# is left to that server: a pattern for all would stand before Panel's own /static and swallow it.
API_PATH_ROOTS = sorted({address.path.split("/")[1] for address in ENDPOINTS})
UNKNOWN_PATH_PATTERN = "/(?:{})(?:/.*)?".format(
    "|".join(word.replace(".", r"\.") for word in API_PATH_ROOTS)
)


def make_routes(desk: HandlerContext, prefix: str = "") -> list[tuple[str, type, dict[str, Any]]]:
    """(pattern, handler, arguments) of every address, and a 404 for the rest of what is ours.

    prefix : what stands in front of each, such as ``/cams``.
    """
    table = [(address.pattern, address.handler) for address in ENDPOINTS]
    return [
        (re.escape(prefix) + pattern, handler, {"desk": desk})
        for pattern, handler in (*table, (UNKNOWN_PATH_PATTERN, NotFoundHandler))
    ]


def application_settings(desk: HandlerContext) -> dict[str, Any]:
    """Tornado's settings beside the routes: what no other route takes is our 404 as well."""
    return {"default_handler_class": NotFoundHandler, "default_handler_args": {"desk": desk}}
