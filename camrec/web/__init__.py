"""Serves REST, WebSockets and files with Tornado, behind a guard that checks every request."""

from __future__ import annotations

from camrec.web.coded_clock import ClockPageServer
from camrec.web.handlers.base import HandlerContext
from camrec.web.kernel_server import LocalServer
from camrec.web.routes import application_settings, make_routes
from camrec.web.security.server import guarded_servers, install_guard, load_certificate, public_url
from camrec.web.upstream_proxy import UpstreamProxy

__all__ = [
    "ClockPageServer",
    "HandlerContext",
    "LocalServer",
    "UpstreamProxy",
    "application_settings",
    "guarded_servers",
    "install_guard",
    "load_certificate",
    "make_routes",
    "public_url",
]
