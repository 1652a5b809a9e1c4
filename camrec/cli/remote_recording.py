"""``camrec record`` where a running dashboard has the videos folder: that one records."""

from __future__ import annotations

import time
from pathlib import Path

import requests

from camrec import direct_http, schema
from camrec.api.remote import RemoteBackend
from camrec.camera_address import parse_address
from camrec.cli.console import cli_text, format_megabytes, print_message, recording_progress_bar
from camrec.cli.context import catch_stop_signals
from camrec.clock import Clock
from camrec.config import WILDCARD_HOSTS, Config
from camrec.errors import CamrecError, from_response
from camrec.library import VideoLibrary
from camrec.network_policy import NetworkPolicy
from camrec.receipt import Receipt
from camrec.stream_search import find_stream, parse_bare_host

PROGRESS_POLL_INTERVAL_S = 0.25
HEALTH_TIMEOUT_S = 5.0


def find_running_camrec(config: Config) -> RemoteBackend | None:
    """The camrec that answers where the settings say, if its videos are those of this folder."""
    if config.socket or not config.port:
        return None
    host = "127.0.0.1" if config.host in WILDCARD_HOSTS else config.host
    host = f"[{host}]" if ":" in host else host
    scheme = "https" if config.tls_certificate else "http"
    url = f"{scheme}://{host}:{config.port}{config.prefix.rstrip('/')}"
    if not _is_camrec(url):
        return None
    try:
        wire = RemoteBackend(url, config.token)
        there = {(video.filename, video.size) for video in wire.videos()}
    except CamrecError:  # nobody, another program, or a token that the settings do not have
        return None
    here = {(video.filename, video.size) for video in VideoLibrary(config.videos, Clock()).videos()}
    return wire if there == here else None


def _is_camrec(url: str) -> bool:
    """Whether a request without the token is answered as camrec answers it: another program that
    has the port gets to see no token.
    """
    try:
        reply = direct_http.request("GET", f"{url}/health", timeout=HEALTH_TIMEOUT_S).json()
    except (requests.RequestException, ValueError):
        return False
    if not isinstance(reply, dict):
        return False
    error = reply.get("error")
    asks = isinstance(error, dict) and str(error.get("code", "")).startswith("token_")
    return asks or ("proxies" in reply and "sessions" in reply)


def record_remotely(
    wire: RemoteBackend, url: str, seconds: int, config: Config
) -> tuple[Receipt | None, Path]:
    """Let that camrec record; gives the receipt and the file. Ctrl+C ends it early and saves.

    A camera that was not open there is closed again.

    Raises
    ------
    CamrecError
    """
    print_message(cli_text("record.through", url=wire.url))
    if host := parse_bare_host(url):
        url = find_stream(host, NetworkPolicy(config.allowed_networks)).address()
    open_before = {camera.session_id for camera in wire.cameras()}
    try:
        camera = _open_camera(wire, url)
        filename = _record_and_wait(wire, camera, seconds)
    finally:
        address = parse_address(url).url
        for each in wire.cameras():
            if each.url == address and each.session_id not in open_before:
                wire.close(each)
    return wire.receipt(filename), config.videos / filename


def _open_camera(wire: RemoteBackend, url: str) -> schema.SessionReply:
    camera = wire.open(url, None)
    while camera.state == "opening":  # somebody else has just opened it
        time.sleep(PROGRESS_POLL_INTERVAL_S)
        camera = wire.camera(camera)
    if camera.error is not None:
        raise from_response(422, camera.error.code, camera.error.message)
    return camera


def _record_and_wait(wire: RemoteBackend, camera: schema.SessionReply, seconds: int) -> str:
    with catch_stop_signals() as reasons, recording_progress_bar() as progress:
        recording = wire.record(camera, seconds, None)
        task = progress.add_task(camera.name, total=seconds, size="")
        while not wire.wait(recording, PROGRESS_POLL_INTERVAL_S):
            if reasons:
                reasons.clear()
                wire.stop_recording(recording)
            size = format_megabytes(recording.bytes)
            progress.update(task, completed=recording.elapsed, size=size)
    assert recording.filename is not None  # it is saved
    return recording.filename
