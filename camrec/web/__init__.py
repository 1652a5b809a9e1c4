"""The wire: REST, WebSocket and files over Tornado."""

from __future__ import annotations

from camrec.web.handlers.base import Desk
from camrec.web.kernel_server import LocalServer
from camrec.web.routes import routes_of, settings_of
from camrec.web.security.server import certificate, guarding, install, shown_url
from camrec.web.upstream_proxy import Relay

__all__ = [
    "Desk",
    "LocalServer",
    "Relay",
    "certificate",
    "guarding",
    "install",
    "routes_of",
    "settings_of",
    "shown_url",
]
