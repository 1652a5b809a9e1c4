"""Next to Panel: camrec's routes and its 404 take nothing from Panel's own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import yaml

from support.forked import start_python
from support.wire import Wire

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds for the import of Panel on a busy machine

APP = """
import panel as pn
pn.pane.Markdown("# page").servable()
"""

SERVE = """
import panel as pn
from camrec import web
from camrec.config import Config
from camrec.station import Station

with Station(Config.load()) as station:
    context = web.HandlerContext.of(station)
    with web.guarded_servers(context.guard, station.config):
        server = pn.serve(
            lambda: pn.pane.Markdown("# page"), port=0, address="127.0.0.1",
            show=False, start=False,
            extra_patterns=web.make_routes(context), **web.application_settings(context),
        )
    server.start()
    print(f"at http://127.0.0.1:{server.port}/", flush=True)
    server.io_loop.start()
"""


@contextmanager
def running(start: Callable[..., subprocess.Popen[str]], folder: Path, binaries) -> Iterator[Wire]:
    """A server that prints its address."""
    settings = {"ffmpeg_path": str(binaries.ffmpeg), "mediamtx_port": 0, "go2rtc_port": 0}
    (folder / "config.yaml").write_text(yaml.safe_dump(settings))
    child = start(
        cwd=folder,
        env={
            "PYTHONPATH": str(ROOT),
            "PATH": "",
            **dict.fromkeys(("HOME", "USERPROFILE"), str(folder)),
            "SYSTEMROOT": os.environ.get("SYSTEMROOT", ""),  # Windows' Python needs it
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        seen = []
        for line in child.stdout:
            seen.append(line)
            if "http://" in line:
                break
        else:
            raise AssertionError("".join(seen))
        yield Wire("http://" + line.split("http://")[1].split()[0].rstrip("/").split("/")[0])
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def test_panel_s_own_routes_work_under_camrec_serve(binaries, tmp_path):
    with running(partial(start_python, "-c", SERVE), tmp_path, binaries) as wire:
        assert wire.get("/health").json()["status"] == "ok"
        assert b"<html" in wire.get("/").body
        assert wire.get("/static/js/bokeh.min.js").status == 200
        assert wire.get("/nothing").code == "no_route"
        assert wire.get("/session/nothing").code == "no_route"
        assert wire.get("/health", Host="evil.example").code == "foreign_host"


def test_camrec_s_routes_work_under_panel_serve(binaries, tmp_path):
    (tmp_path / "app.py").write_text(APP)
    command = [sys.executable, "-m", "panel", "serve", "app.py", "--port", "0"]
    command += ["--plugins", "camrec.web.plugin"]
    with running(partial(subprocess.Popen, command), tmp_path, binaries) as wire:
        assert wire.get("/health").json()["status"] == "ok"
        assert b"<html" in wire.get("/app").body
        assert wire.get("/static/js/bokeh.min.js").status == 200
        assert wire.get("/session/nothing").code == "no_route"
        assert wire.get("/nothing").status == 404
