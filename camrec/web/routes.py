"""Turns the endpoint table into Tornado's routes."""

from __future__ import annotations

import re
from typing import TypedDict

from tornado.web import RequestHandler

from camrec.web.endpoints import ENDPOINTS
from camrec.web.handlers.base import HandlerContext, NotFoundHandler

# A pattern, its handler, and the arguments of the handler's `initialize`.
TornadoRoute = tuple[str, type[RequestHandler], dict[str, object]]

# camrec responds to every path that begins with the first segment of an endpoint. All other paths
# belong to the server: a pattern for all paths would hide Panel's own /static.
API_PATH_ROOTS = sorted({endpoint.path.split("/")[1] for endpoint in ENDPOINTS})
UNKNOWN_PATH_PATTERN = "/(?:{})(?:/.*)?".format(
    "|".join(root.replace(".", r"\.") for root in API_PATH_ROOTS)
)


class ApplicationSettings(TypedDict):
    """Settings of a Tornado application: what responds if no route matches."""

    default_handler_class: type[RequestHandler]
    default_handler_args: dict[str, object]


def make_routes(context: HandlerContext, prefix: str = "") -> list[TornadoRoute]:
    """Return the routes of all endpoints, and a 404 for the other paths under the same roots.

    prefix : the path in front of each route, such as ``/cams``.
    """
    table: list[tuple[str, type[RequestHandler]]] = [
        (endpoint.pattern, endpoint.handler) for endpoint in ENDPOINTS
    ]
    table.append((UNKNOWN_PATH_PATTERN, NotFoundHandler))
    return [
        (re.escape(prefix) + pattern, handler, {"context": context}) for pattern, handler in table
    ]


def application_settings(context: HandlerContext) -> ApplicationSettings:
    """Return Tornado's further settings: a path without a route gets camrec's own 404."""
    return {
        "default_handler_class": NotFoundHandler,
        "default_handler_args": {"context": context},
    }
