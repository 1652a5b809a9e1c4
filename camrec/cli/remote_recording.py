"""Lets ``camrec record`` use a running camrec, if that camrec uses the videos folder."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from typer import Exit

from camrec import direct_http
from camrec.annotations import Details
from camrec.api import RemoteBackend, RemoteCamera
from camrec.camera_address import parse_address
from camrec.camera_clock import ClockChoice
from camrec.cli.console import (
    cli_text,
    format_size,
    print_error,
    print_message,
    recording_progress_bar,
)
from camrec.cli.context import INTERRUPTED_EXIT_CODE, catch_stop_signals
from camrec.cli.start_time import print_wait
from camrec.cli.stop_key import stop_at_q
from camrec.clock import Clock
from camrec.config import WILDCARD_HOSTS, Config
from camrec.errors import CamrecError, StateError, error_from_code
from camrec.library import VideoLibrary
from camrec.network_policy import NetworkPolicy
from camrec.receipt import Receipt
from camrec.stream_search import find_stream, parse_bare_host

PROGRESS_POLL_INTERVAL_S = 0.25
HEALTH_TIMEOUT_S = 5.0


def find_running_camrec(config: Config) -> RemoteBackend | None:
    """Return the camrec at the address in the settings, if it lists the videos of this folder."""
    if config.socket or not config.port:
        return None
    host = "127.0.0.1" if config.host in WILDCARD_HOSTS else config.host
    host = f"[{host}]" if ":" in host else host
    scheme = "https" if config.tls_certificate else "http"
    url = f"{scheme}://{host}:{config.port}{config.prefix.rstrip('/')}"
    if not _is_camrec(url):
        return None
    try:
        running = RemoteBackend(url, config.token)
        there = {(video.filename, video.size) for video in running.videos()}
    except CamrecError:  # it does not answer, or has another token
        return None
    here = {(video.filename, video.size) for video in VideoLibrary(config.videos, Clock()).videos()}
    return running if there == here else None


def _is_camrec(url: str) -> bool:
    """Return whether a request without the token gets a response of camrec.

    Another program that uses the port must not receive the token.
    """
    try:
        reply = direct_http.request("GET", f"{url}/health", timeout=HEALTH_TIMEOUT_S).json()
    except (requests.RequestException, ValueError):
        return False
    if not isinstance(reply, dict):
        return False
    error = reply.get("error")
    needs_token = isinstance(error, dict) and str(error.get("code", "")).startswith("token_")
    return needs_token or ("proxies" in reply and "sessions" in reply)


def record_remotely(
    running: RemoteBackend,
    url: str,
    seconds: int | None,
    config: Config,
    clock: ClockChoice | None,
    details: Details,
    start_at: int | None = None,
) -> list[tuple[Receipt | None, Path]]:
    """Record with a running camrec. Ctrl+C ends the recording early and saves it.

    If that camrec had not opened the camera before, the camera is closed again.

    Returns
    -------
    The receipt of each video, None if it has none, and the video in the videos folder.

    Raises
    ------
    CamrecError
        The camera could not be opened, or the recording could not be saved.
    """
    print_message(cli_text("record.through", url=running.url))
    with opened_remotely(running, url, config, clock) as camera:
        filenames = _record_and_wait(camera, seconds, details, start_at, config.timezone)
    return [(running.library.receipt(each), config.videos / each) for each in filenames]


@contextmanager
def opened_remotely(
    running: RemoteBackend, url: str, config: Config, clock: ClockChoice | None
) -> Iterator[RemoteCamera]:
    """Open a camera in a running camrec, and close it at the end unless it was open before.

    Raises
    ------
    CamrecError
        The camera could not be opened.
    """
    if host := parse_bare_host(url):
        url = find_stream(host, NetworkPolicy(config.allowed_networks)).address()
    open_before = {camera.session_id for camera in running.cameras()}
    try:
        yield _open_camera(running, url, clock)
    finally:
        address = parse_address(url).url
        for camera in running.cameras():
            if camera.latest_info.url == address and camera.session_id not in open_before:
                camera.close()


def _open_camera(running: RemoteBackend, url: str, clock: ClockChoice | None) -> RemoteCamera:
    camera = running.open(url, None, clock)
    info = camera.latest_info
    while info.state == "opening":  # another client is opening it
        time.sleep(PROGRESS_POLL_INTERVAL_S)
        info = camera.info()
    if info.error is not None:
        raise error_from_code(info.error.code, info.error.message)
    return camera


def _record_and_wait(
    camera: RemoteCamera,
    seconds: int | None,
    details: Details,
    start_at: int | None,
    timezone: str,
) -> list[str]:
    """Record, and return the names of the videos' files."""
    with catch_stop_signals() as reasons, recording_progress_bar() as progress:
        recording = camera.record(seconds, None, details, start_at=start_at)
        print_wait(start_at, timezone)
        if seconds is None:
            stop_at_q(reasons)
            print_message(cli_text("record.until_stopped"))
        task = progress.add_task(camera.name, total=seconds, size="")
        is_stopped = False
        try:
            while not recording.wait(PROGRESS_POLL_INTERVAL_S):
                if reasons:
                    reasons.clear()
                    recording.stop()
                    is_stopped = True
                info = recording.latest_info
                progress.update(task, completed=info.elapsed, size=format_size(info.bytes))
        except StateError as error:
            if not is_stopped or error.code != "recording_cancelled":
                raise
            print_error(error)
            raise Exit(INTERRUPTED_EXIT_CODE) from None
    info = recording.latest_info
    return info.filenames if seconds is None else info.filenames[:1]
