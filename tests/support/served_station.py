"""Servers as a user starts them."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from support.forked import start_python
from support.stopping import python_environment, send_stop
from support.wire import Wire

# Starts a server as its command does, and prints what is behind it. The same application is also
# served by Tornado's own server: there, requests get through that the guard rejects.
DRIVER = """
import json, sys
from bokeh.server.server import BaseServer
from tornado.httpserver import HTTPServer

start = BaseServer.start

def tell(self):
    start(self)
    app, routes = self._tornado, []
    for router in (app.default_router, app.wildcard_router):
        for rule in router.rules:
            if hasattr(rule.matcher, "regex"):
                handler = f"{rule.target.__module__}.{rule.target.__name__}"
                routes.append((rule.matcher.regex.pattern, handler))
    HTTPServer.configure(None)
    bare = HTTPServer(app)
    bare.listen(0, "127.0.0.1")
    (listener,) = bare._sockets.values()
    told = {"port": self.port, "bare": listener.getsockname()[1], "routes": routes}
    told["listens"] = sorted(each.getsockname()[0] for each in self._http._sockets.values())
    print("TOLD " + json.dumps(told), flush=True)

BaseServer.start = tell
if sys.argv[1] == "camrec":
    from camrec.cli import main
    sys.argv = ["camrec", "serve", "--no-browser", *sys.argv[2:]]
    main()
else:
    from panel.command import main
    main(sys.argv[1:])
"""


@dataclass
class Served:
    wire: Wire
    bare: Wire
    routes: list[tuple[str, str]]
    listens: list[str]
    said: list[str]
    pid: int


@contextmanager
def started(folder: Path, binaries, *argv: str, **settings: object) -> Iterator[Served]:
    paths = {name + "_path": str(path) for name, path in vars(binaries).items()}
    ports = {"mediamtx_port": 0, "go2rtc_port": 0, "port": 0}
    folder.mkdir(exist_ok=True)
    (folder / "config.yaml").write_text(yaml.safe_dump({**paths, **ports, **settings}))
    child = start_python(
        "-c",
        DRIVER,
        *argv,
        cwd=folder,
        env=python_environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    said: list[str] = []
    told = threading.Event()

    def listen() -> None:
        for line in child.stdout:
            said.append(line)
            if line.startswith("TOLD "):
                told.set()
        told.set()

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        assert told.wait(90)
        lines = [line for line in said if line.startswith("TOLD ")]
        assert lines, "".join(said)
        facts = json.loads(lines[0][5:])
        yield Served(
            Wire(f"http://127.0.0.1:{facts['port']}"),
            Wire(f"http://127.0.0.1:{facts['bare']}"),
            facts["routes"],
            facts["listens"],
            said,
            child.pid,
        )
        # Panel loses a SIGINT that arrives while a response is being sent.
        send_stop(child, "SIGTERM")
        child.wait(30)
    finally:
        child.kill()
        child.wait()
        listener.join()
        child.stdout.close()
    assert "Traceback" not in "".join(said), "".join(said)
