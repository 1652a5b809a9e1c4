"""The page that a browser shows while ``camrec serve --socket`` starts.

Jupyter waits until a server answers on the socket, but the first start may download programs for
minutes. This server answers at once, until the real one replaces it on the same path.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import socket
import sys
import threading
from collections.abc import Iterator
from html import escape

from camrec.i18n import best_language, translate

log = logging.getLogger(__name__)

STARTING_HEADER = "X-Camrec-Starting"
STARTING_REQUEST_TIMEOUT_S = 5.0
MAX_STARTING_REQUEST_BYTES = 1 << 16
MAX_FAILED_POLLS = 10  # in a row, after which the page says that the start failed

STARTING_PAGE_HTML = """<!DOCTYPE html>
<html lang="[[language]]">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>camrec</title>
<style>
  html { color-scheme: light dark; background: light-dark(#f3f4f6, #0d1014); }
  body { margin: 0; min-height: 100vh; display: grid; place-content: center; justify-items: center;
    gap: 20px; font: 600 18px/26px "Segoe UI", Inter, system-ui, sans-serif; text-align: center;
    padding: 0 24px; box-sizing: border-box; color: light-dark(#12161c, #edf0f4); }
  i { width: 56px; height: 56px; border-radius: 16px; background: #12161c; display: grid;
    place-content: center; border: 4px solid #29303b; }
  i::after { content: ""; width: 22px; height: 22px; border-radius: 50%; background: #f0324a; }
</style></head>
<body><i></i><p role="status">[[text]]</p>
<script>
  let failed = 0
  async function poll() {
    try {
      const response = await fetch(location.href, { cache: "no-store" })
      if (response.ok && !response.headers.has("[[mark]]")) return location.reload()
      failed = response.ok ? 0 : failed + 1
    } catch {
      failed += 1
    }
    if (failed >= [[tries]]) document.querySelector("p").textContent = [[failed]]
    setTimeout(poll, 1000)
  }
  setTimeout(poll, 500)
</script></body></html>"""


@contextlib.contextmanager
def starting_page(path: str) -> Iterator[None]:
    """Serve the page on the Unix socket `path`. If the socket cannot be bound, do nothing."""
    listener = _bind_socket(path)
    if listener is None:
        yield
        return
    thread = threading.Thread(
        target=_serve_requests, args=(listener,), name="starting", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _bind_socket(path: str) -> socket.socket | None:
    if sys.platform == "win32":  # Python has no Unix sockets there
        return None
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(path)
        os.chmod(path, 0o600)
        listener.listen()
    except OSError as error:
        log.debug("the startup page is not available: %s", error)
        listener.close()
        return None
    return listener


def _serve_requests(listener: socket.socket) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        with client, contextlib.suppress(OSError):
            client.settimeout(STARTING_REQUEST_TIMEOUT_S)
            _send_page(client)


def _send_page(client: socket.socket) -> None:
    request = b""
    while b"\r\n\r\n" not in request and len(request) < MAX_STARTING_REQUEST_BYTES:
        received = client.recv(4096)
        if not received:
            return
        request += received
    accepts = re.search(rb"(?im)^accept-language:([^\r\n]*)", request)
    body = render_page(
        best_language(accepts[1].decode("latin-1").strip() if accepts else None)
    ).encode()
    head = ["HTTP/1.1 200 OK", "Content-Type: text/html; charset=utf-8", f"{STARTING_HEADER}: 1"]
    head += [f"Content-Length: {len(body)}", "Cache-Control: no-store", "Connection: close"]
    client.sendall("\r\n".join([*head, "", ""]).encode() + body)


def render_page(language: str) -> str:
    """Return the HTML of the page in `language`."""
    facts = {"language": language, "mark": STARTING_HEADER, "tries": str(MAX_FAILED_POLLS)}
    facts["text"] = escape(translate("cli.starting", language))
    facts["failed"] = json.dumps(translate("cli.starting_failed", language)).replace("<", "\\u003c")
    return re.sub(r"\[\[(\w+)\]\]", lambda found: facts[found[1]], STARTING_PAGE_HTML)
