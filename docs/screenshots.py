"""Take the screenshots of README and LISEZMOI again, in docs/images.

    python docs/screenshots.py

Opens camrec's built-in cameras, records them, and takes screenshots of the page in Chromium and of
a notebook cell in JupyterLab, in both languages. It takes about two minutes and requires the same
programs and packages as the tests.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
QUALITY = 80  # JPEG quality
NAMES = {"en": ("Street", "Bird box"), "fr": ("Rue", "Nichoir")}
LOCALES = {"en": "en-GB", "fr": "fr-FR"}
CELL = "import camrec\n\ncamera = camrec.open_demo()[1]\ncamera"
RECORD = {"en": "Record", "fr": "Enregistrer"}
LAB = ["--no-browser", "--allow-root", "--IdentityProvider.token=", "--expose-app-in-browser"]
LAB += ["--LanguageServerManager.autodetect=False"]
# A key press would be lost while JupyterLab still loads, or before the kernel is connected.
IS_READY = """
() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === "idle"
"""
RUN_CELL = "() => jupyterapp.commands.execute('notebook:run-cell')"


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    found = map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "msedge"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=next(filter(None, found)), args=["--no-sandbox"]
        )
        for language in NAMES:
            with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as url:
                record(url, NAMES[language])
                look(browser, url, language)
            with tempfile.TemporaryDirectory() as folder, lab(Path(folder), language) as url:
                look_at_cell(browser, url, language)
        browser.close()


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """Start camrec with its built-in cameras open, and return its URL."""
    (folder / "config.yaml").write_text("{port: 0, mediamtx_port: 0, go2rtc_port: 0}\n")
    command = [sys.executable, "-m", "camrec", "demo", "--no-browser"]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as child:
        try:
            lines = (re.match(r"(http://\S+)/$", line) for line in child.stdout)
            yield next(filter(None, lines))[1]
        finally:
            child.send_signal(signal.SIGINT)
            child.communicate(timeout=60)


@contextmanager
def lab(folder: Path, language: str) -> Iterator[str]:
    """Start JupyterLab, and return the URL of a notebook in it."""
    (folder / "config.yaml").write_text(f"{{language: {language}}}\n")
    cell = {"cell_type": "code", "source": CELL, "metadata": {}, "outputs": [], "id": "camera"}
    cell["execution_count"] = None
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = {"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (folder / "camera.ipynb").write_text(json.dumps(notebook))
    settings = folder / ".jupyter/lab/user-settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
    # Do not read or write the user's own Jupyter files.
    own = {"CONFIG": ".jupyter", "DATA": ".jupyter/data", "RUNTIME": ".jupyter/runtime"}
    told = {**os.environ, **{f"JUPYTER_{what}_DIR": str(folder / own[what]) for what in own}}
    command = [sys.executable, "-m", "jupyterlab", *LAB, "--port=0"]
    with subprocess.Popen(
        command, cwd=folder, env=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as child:
        try:
            lines = (re.search(r"(http://127\.0\.0\.1:\d+)/lab", line) for line in child.stdout)
            yield f"{next(filter(None, lines))[1]}/doc/tree/camera.ipynb"
        finally:
            child.terminate()
            child.communicate(timeout=60)


def record(url: str, names: tuple[str, ...]) -> None:
    """Reopen the cameras with these names and record some videos. One recording keeps running."""
    told = ask(url, "session/list")["sessions"]
    for session in told:
        ask(url, "session/close", {"session_id": session["session_id"]})
    ids = [
        ask(url, "session/open", {"url": session["url"], "name": name})["session_id"]
        for session, name in zip(told, names, strict=True)
    ]
    for seconds in (9, 6, 7):
        for each in ids:
            ask(url, "record/start", {"session_id": each, "duration": seconds})
        while any(ask(url, f"record/status/{each}")["state"] != "saved" for each in ids):
            time.sleep(0.5)
    ask(url, "record/start", {"session_id": ids[0], "duration": 3600})


def ask(url: str, path: str, body: dict | None = None) -> dict:
    method = "POST" if body else "GET"
    answer = requests.request(method, f"{url}/{path}", json=body, timeout=60)
    answer.raise_for_status()
    return answer.json()


def look(browser: Browser, url: str, language: str) -> None:
    page = opened(browser, language, width=1440, height=900)
    page.goto(url)
    page.locator("canvas").nth(1).wait_for()
    page.locator(".newest .card img").first.wait_for()
    page.wait_for_timeout(6000)  # so that the recording has run for a while
    shoot(page, f"live-{language}")
    page.goto(f"{url}/#videos")
    page.locator(".list .card img").first.wait_for()
    page.locator(".list .poster").nth(3).click()
    page.locator("video").wait_for()
    page.wait_for_timeout(2000)
    page.keyboard.press("k")
    page.keyboard.press("ArrowLeft")
    line = page.get_by_role("slider").bounding_box()
    page.mouse.move(line["x"] + 0.7 * line["width"], line["y"] + 30)
    page.locator(".peek img").wait_for()
    page.wait_for_timeout(1500)
    shoot(page, f"player-{language}")
    page.context.close()
    phone = opened(browser, language, width=390, height=760, dark=True)
    phone.goto(url)
    phone.locator("canvas").first.wait_for()
    phone.wait_for_timeout(3000)
    shoot(phone, f"phone-{language}")
    phone.context.close()


def look_at_cell(browser: Browser, url: str, language: str) -> None:
    page = opened(browser, language, width=900, height=760)
    page.goto(url)
    page.wait_for_function(IS_READY, timeout=120_000)
    page.evaluate(RUN_CELL)
    page.locator(".picture > *").wait_for(timeout=120_000)
    page.wait_for_timeout(2000)
    page.get_by_role("button", name=RECORD[language]).click()
    page.locator(".written-line").wait_for()
    page.wait_for_timeout(8000)
    shoot(page, f"cell-{language}")
    page.context.close()


def opened(browser: Browser, language: str, *, width: int, height: int, dark: bool = False) -> Page:
    return browser.new_context(
        viewport={"width": width, "height": height},
        locale=LOCALES[language],
        color_scheme="dark" if dark else "light",
    ).new_page()


def shoot(page: Page, name: str) -> None:
    page.screenshot(path=IMAGES / f"{name}.jpg", type="jpeg", quality=QUALITY)


main()
