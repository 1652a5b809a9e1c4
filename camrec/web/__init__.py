"""The wire: REST, WebSocket and files over Tornado."""

from __future__ import annotations

from typing import Any

from camrec.station import Station
from camrec.web.handler import Desk
from camrec.web.local import LocalServer
from camrec.web.relay import Relay
from camrec.web.routes import routes_of, settings_of

__all__ = ["LocalServer", "Relay", "routes", "settings"]


def routes(station: Station) -> list[tuple[str, type, dict[str, Any]]]:
    """Tornado's (pattern, handler, arguments), as ``pn.serve(extra_patterns=...)`` takes them."""
    return routes_of(Desk.of(station))


def settings(station: Station) -> dict[str, Any]:
    """Tornado's settings beside the routes, as ``pn.serve(**...)`` takes them."""
    return settings_of(Desk.of(station))
