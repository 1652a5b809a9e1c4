"""``camrec calibrate``: measures how much later than others each camera dates its frames.

All cameras film one screen that shows a coded clock.
"""

from __future__ import annotations

import secrets
import threading
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict

import typer

from camrec.api import RemoteBackend, RemoteCamera
from camrec.calibration import USUAL_REFRESH_NS
from camrec.camera_address import parse_address
from camrec.cli.console import (
    CONSOLE_LANGUAGE,
    cli_text,
    format_number,
    make_table,
    print_json,
    print_message,
    print_table,
)
from camrec.cli.context import running_station
from camrec.cli.delay_measurement import CameraResult, measure_delays, refuse, wait_for_clock
from camrec.cli.record import check_url
from camrec.cli.remote_recording import find_running_camrec, opened_remotely
from camrec.config import Config
from camrec.errors import CamrecError, StateError
from camrec.stream_search import parse_bare_host
from camrec.web import ClockPageServer, LocalServer


def calibrate(
    urls: Sequence[str], settings: Config, *, wait: int, open_browser: bool, as_json: bool
) -> None:
    """Measure the delays of cameras, store and print them. The exit code is 1 if one has none.

    Parameters
    ----------
    urls
        The cameras; none: those that are open in the camrec that uses the videos folder.
    wait
        Seconds until each camera must see the clock.
    """
    for url in urls:
        check_url(url)
    results: list[CameraResult] = []
    settings.max_sessions = max(settings.max_sessions, len(urls))  # of a camrec of this command
    with ExitStack() as stack:
        running = stack.enter_context(_running_camrec(settings))
        if urls:
            cameras, results = _open_cameras(running, urls, settings, stack)
        elif not (cameras := running.cameras()):
            raise typer.BadParameter(cli_text("calibrate.no_cameras"))
        if cameras:
            results += _measure(running, cameras, settings, wait, open_browser)
    _print_results(results, as_json=as_json)
    if any(each.error is not None for each in results):
        raise typer.Exit(1)


def _open_cameras(
    running: RemoteBackend, urls: Sequence[str], settings: Config, stack: ExitStack
) -> tuple[list[RemoteCamera], list[CameraResult]]:
    """The cameras, which `stack` closes again, and the results for those that cannot be opened."""
    opened: dict[str, RemoteCamera] = {}
    failed: list[CameraResult] = []
    for url in urls:
        try:
            camera = stack.enter_context(opened_remotely(running, url, settings, None))
        except CamrecError as error:
            address = parse_bare_host(url) or parse_address(url)
            failed.append(CameraResult(None, address.url, error=error.text(CONSOLE_LANGUAGE)))
        else:
            opened[camera.session_id] = camera
    return list(opened.values()), failed


def _measure(
    running: RemoteBackend,
    cameras: Sequence[RemoteCamera],
    settings: Config,
    wait: int,
    open_browser: bool,
) -> list[CameraResult]:
    """Show the clock, and measure the delays of the cameras that see it within `wait` seconds."""
    with ClockPageServer(CONSOLE_LANGUAGE) as clock_page:
        print_message(cli_text("calibrate.page", url=clock_page.url))
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(clock_page.url,), daemon=True).start()
        seeing = wait_for_clock(cameras, wait)
        results = [
            refuse(camera, cli_text("calibrate.not_seen"))
            for camera in cameras
            if camera not in seeing
        ]
        results += measure_delays(
            running, seeing, settings.videos, lambda: clock_page.refresh_ns or USUAL_REFRESH_NS
        )
    return results


@contextmanager
def _running_camrec(settings: Config) -> Iterator[RemoteBackend]:
    """The camrec that uses the videos folder, or one that runs as long as this command."""
    with ExitStack() as stack:
        try:
            station = stack.enter_context(running_station(settings))
        except StateError as error:
            running = find_running_camrec(settings) if error.code == "folder_taken" else None
            if running is None:
                raise
            print_message(cli_text("calibrate.through", url=running.url))
        else:
            # Other users of this computer cannot use its server.
            settings.token = settings.token or secrets.token_urlsafe()
            server = LocalServer(station)
            stack.callback(server.stop)
            running = RemoteBackend(server.root, settings.token)
        yield running


def _print_results(results: Sequence[CameraResult], *, as_json: bool) -> None:
    if as_json:
        print_json({"cameras": [asdict(each) for each in results]})
    else:
        headers = ("camera", "delay", "uncertainty", "dated_by", "frames")
        table = make_table(*(f"calibrate.{name}" for name in headers))
        for each in results:
            if each.seconds is not None and each.uncertainty is not None:
                delay, error = (
                    format_number(1000 * value, 1) for value in (each.seconds, each.uncertainty)
                )
                dated_by = cli_text(f"calibrate.by_{each.utc_source}")
                table.add_row(each.name, f"{delay} ms", f"± {error} ms", dated_by, str(each.frames))
        if table.row_count:
            print_table(table)
    for each in results:
        if each.error is not None:
            print_message(cli_text("calibrate.failed", name=each.name, reason=each.error))
    if any(each.seconds is not None for each in results):
        print_message(cli_text("calibrate.meaning"))
