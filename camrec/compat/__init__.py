"""The code that uses other libraries beyond what they document.

Each function and class names the library and the versions that have the feature, says why camrec
needs it, and what to do when it is gone. ``tests/integration/test_compat.py`` has a canary for
each: when an update changes the feature, the canary fails and names the library.

Each name is loaded on first use, so that most callers do not wait for Panel or Tornado.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from camrec.compat.filelock_kernel import create_kernel_lock
    from camrec.compat.http_client import (
        ReplaceableStatusLineResponse,
        connection_socket,
        set_connect_function,
    )
    from camrec.compat.interpreter import call_before_threads_end
    from camrec.compat.panel_notebook import (
        collect_extension_script,
        inline_stylesheets,
        is_extension_loaded,
        render_static_html,
        stylesheets_inlined,
    )
    from camrec.compat.panel_page import (
        HIDE_SCROLL_BUTTON_CSS,
        PlainScriptComponent,
        ignore_known_reference_warnings,
        use_own_server_only,
    )
    from camrec.compat.param_checks import CheckedList, CheckedString
    from camrec.compat.tls_socket import ObservedTlsSocket
    from camrec.compat.tornado_streams import (
        abort_response,
        add_response_transform,
        server_connection_stream,
        websocket_stream,
    )
    from camrec.compat.windows_process import process_handle
    from camrec.compat.wsdiscovery_networks import create_discovery

_MODULES = {
    "CheckedList": "param_checks",
    "CheckedString": "param_checks",
    "HIDE_SCROLL_BUTTON_CSS": "panel_page",
    "ObservedTlsSocket": "tls_socket",
    "PlainScriptComponent": "panel_page",
    "ReplaceableStatusLineResponse": "http_client",
    "abort_response": "tornado_streams",
    "add_response_transform": "tornado_streams",
    "call_before_threads_end": "interpreter",
    "collect_extension_script": "panel_notebook",
    "connection_socket": "http_client",
    "create_discovery": "wsdiscovery_networks",
    "create_kernel_lock": "filelock_kernel",
    "ignore_known_reference_warnings": "panel_page",
    "inline_stylesheets": "panel_notebook",
    "is_extension_loaded": "panel_notebook",
    "process_handle": "windows_process",
    "render_static_html": "panel_notebook",
    "server_connection_stream": "tornado_streams",
    "set_connect_function": "http_client",
    "stylesheets_inlined": "panel_notebook",
    "use_own_server_only": "panel_page",
    "websocket_stream": "tornado_streams",
}

__all__ = [
    "HIDE_SCROLL_BUTTON_CSS",
    "CheckedList",
    "CheckedString",
    "ObservedTlsSocket",
    "PlainScriptComponent",
    "ReplaceableStatusLineResponse",
    "abort_response",
    "add_response_transform",
    "call_before_threads_end",
    "collect_extension_script",
    "connection_socket",
    "create_discovery",
    "create_kernel_lock",
    "ignore_known_reference_warnings",
    "inline_stylesheets",
    "is_extension_loaded",
    "process_handle",
    "render_static_html",
    "server_connection_stream",
    "set_connect_function",
    "stylesheets_inlined",
    "use_own_server_only",
    "websocket_stream",
]


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
