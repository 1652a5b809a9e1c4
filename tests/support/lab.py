"""A real JupyterLab for the tests, and a notebook that the tests drive in it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import psutil
import requests
import yaml
from playwright.sync_api import Locator, Page, expect

from support.free_port import free_port
from support.units_made import until

ROOT = Path(__file__).parents[2]
# A browser takes this name for its own machine, as it would take a hub's name for the hub.
HUB = "hub.localhost"
BASE = "/user/ana"  # a path in front of everything, as behind a JupyterHub
SERVER = ["--no-browser", "--allow-root", "--IdentityProvider.token="]
SERVER += [f"--ServerApp.base_url={BASE}", "--ServerApp.allow_remote_access=True"]
# It would start a language server for each language of which this computer has one.
SERVER += ["--LanguageServerManager.autodetect=False"]
LAB = [sys.executable, "-m", "jupyterlab", *SERVER, "--expose-app-in-browser"]
LAB += ["--LabApp.news_url=", "--LabApp.extension_manager=readonly"]
# `pip install .` puts this where JupyterLab finds it; `pip install -e .` does not.
LAB += [f"--LabApp.extra_labextensions_path={ROOT}/camrec/jupyter/labextensions"]
# Its pages would ask whether JupyterLab must be built anew, and for the list of its extensions. The
# server would ask Node for both, again and again.
PAGE = {"buildAvailable": False, "buildCheck": False}
PAGE["disabledExtensions"] = {"@jupyterlab/extensionmanager-extension": True}
READY = """
() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === "idle"
"""
RUN = """async index => {
  jupyterapp.shell.currentWidget.content.activeCellIndex = index
  await jupyterapp.commands.execute("notebook:run-cell")
}"""
RESTART = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"


class Lab:
    """JupyterLab in a folder, without a log-in; a context manager."""

    command: ClassVar[list[str]] = LAB

    def __init__(self, folder: Path, binaries: Any) -> None:
        self.folder = folder
        self._settings = binaries.settings

    def __enter__(self) -> Lab:
        (self.folder / "config.yaml").write_text(yaml.safe_dump(self._settings))
        own = {name: str(self.folder / ".jupyter" / name) for name in ("config", "data", "runtime")}
        environment = {f"JUPYTER_{name.upper()}_DIR": path for name, path in own.items()}
        settings = Path(own["config"]) / "labconfig"
        settings.mkdir(parents=True)
        (settings / "page_config.json").write_text(json.dumps(PAGE))
        self._runtime = Path(own["runtime"])
        self._log = (self.folder / ".log").open("w")
        self._server = subprocess.Popen(
            [*self.command, f"--port={free_port()}"],  # if it is taken meanwhile, it takes another
            cwd=self.folder,
            env={**os.environ, **environment, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
            stdout=self._log,
            stderr=self._log,
        )
        try:
            until(self._answers, 60)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _answers(self) -> bool:
        assert self._server.poll() is None, (self.folder / ".log").read_text()
        for file in self._runtime.glob("jpserver-*.json"):
            with contextlib.suppress(ValueError, requests.RequestException):  # it is being written
                port = json.loads(file.read_text())["port"]
                self.url = f"http://127.0.0.1:{port}{BASE}"
                self.from_elsewhere = f"http://{HUB}:{port}{BASE}"
                return requests.get(f"{self.url}/api/status", timeout=5).ok
        return False

    def __exit__(self, *_: object) -> None:
        self._server.terminate()
        self._server.wait(30)
        self._log.close()

    def notebook(self, name: str, *cells: str) -> str:
        """Write a notebook; returns its path for a URL."""
        import nbformat  # takes seconds, which each worker would spend that only collects

        made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in cells])
        made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(made, self.folder / name)
        return f"/doc/tree/{name}"

    def processes(self, name: str) -> list[psutil.Process]:
        """The processes below Jupyter that have this in their command line."""
        found = []
        for each in psutil.Process(self._server.pid).children(recursive=True):
            try:
                if name in " ".join(each.cmdline()):
                    found.append(each)
            except psutil.Error:
                continue
        return found


class Classic(Lab):
    """Jupyter Notebook instead."""

    command: ClassVar[list[str]] = [sys.executable, "-m", "notebook", *SERVER]

    def notebook(self, name: str, *cells: str) -> str:
        super().notebook(name, *cells)
        return f"/notebooks/{name}"


class Notebook:
    """A notebook that is open in a browser's page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._streams: list[str] = []
        page.on("websocket", self._opened)
        self.wait()

    def wait(self) -> None:
        """Wait until the kernel is there and idle."""
        self.page.wait_for_function(READY, timeout=60_000)

    def _opened(self, socket: Any) -> None:
        if "/stream?" in socket.url:
            self._streams.append(socket.url)
            socket.on("close", lambda _: self._streams.remove(socket.url))

    @property
    def streams(self) -> list[str]:
        """The open sockets of live views."""
        self.page.evaluate("0")  # Playwright delivers events only while it is called
        return self._streams

    def cell(self, index: int) -> Locator:
        """The output of a cell."""
        return self.page.locator(".jp-Cell").nth(index).locator(".jp-OutputArea-output")

    def run(self, index: int) -> None:
        """Run a cell, and wait for its end."""
        self.page.evaluate(RUN, index)

    def begin(self, index: int) -> None:
        """Run a cell, and do not wait."""
        self.page.evaluate(f"index => void ({RUN})(index)", index)

    def restart(self) -> None:
        self.page.evaluate(RESTART)
        self.wait()


class ClassicNotebook(Notebook):
    """The same in Jupyter Notebook: driven with keys, since the page hides its application."""

    def wait(self) -> None:
        idle = self.page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")
        idle.wait_for(timeout=60_000)

    def run(self, index: int) -> None:
        """Run a cell that has not run yet; a page that is still busy ignores a key."""
        cell = self.page.locator(".jp-Cell").nth(index)
        prompt = cell.locator(".jp-InputPrompt")
        until(lambda: self._begun(cell, prompt), 60)

    def _begun(self, cell: Locator, prompt: Locator) -> bool:
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        with contextlib.suppress(AssertionError):
            expect(prompt).not_to_have_text("[ ]:")
        return prompt.inner_text() != "[ ]:"
