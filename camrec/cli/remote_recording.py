"""``camrec record`` where a running dashboard has the videos folder: that one records."""

from __future__ import annotations

import time
from pathlib import Path

import requests

from camrec import direct_http, schema
from camrec.api.remote import Wire
from camrec.camera_address import parse
from camrec.cli.console import megabytes, note, recording_progress, say
from camrec.cli.context import asked_to_end
from camrec.clock import Clock
from camrec.config import Config
from camrec.errors import CamrecError, told
from camrec.library import Library
from camrec.network_policy import Reach
from camrec.receipt import Receipt
from camrec.stream_search import bare_host, find_stream

ANY_HOST = ("", "0.0.0.0", "::")
POLL_S = 0.25
ANSWER_TIMEOUT_S = 5.0


def running_camrec(config: Config) -> Wire | None:
    """The camrec that answers where the settings say, if its videos are those of this folder."""
    if config.socket or not config.port:
        return None
    host = "127.0.0.1" if config.host in ANY_HOST else config.host
    host = f"[{host}]" if ":" in host else host
    scheme = "https" if config.tls_certificate else "http"
    url = f"{scheme}://{host}:{config.port}{config.prefix.rstrip('/')}"
    if not _answers_as_camrec(url):
        return None
    try:
        wire = Wire(url, config.token)
        there = {(video.filename, video.size) for video in wire.videos()}
    except CamrecError:  # nobody, another program, or a token that the settings do not have
        return None
    here = {(video.filename, video.size) for video in Library(config.videos, Clock()).videos()}
    return wire if there == here else None


def _answers_as_camrec(url: str) -> bool:
    """Whether a request without the token is answered as camrec answers it: another program that
    has the port gets to see no token.
    """
    try:
        reply = direct_http.request("GET", f"{url}/health", timeout=ANSWER_TIMEOUT_S).json()
    except (requests.RequestException, ValueError):
        return False
    if not isinstance(reply, dict):
        return False
    error = reply.get("error")
    asks = isinstance(error, dict) and str(error.get("code", "")).startswith("token_")
    return asks or ("proxies" in reply and "sessions" in reply)


def record_by(wire: Wire, url: str, seconds: int, config: Config) -> tuple[Receipt | None, Path]:
    """Let that camrec record; gives the receipt and the file. Ctrl+C ends it early and saves.

    A camera that was not open there is closed again.

    Raises
    ------
    CamrecError
    """
    note(say("record.through", url=wire.url))
    if host := bare_host(url):
        url = find_stream(host, Reach(config.allowed_networks)).address()
    open_before = {camera.session_id for camera in wire.cameras()}
    try:
        camera = _open(wire, url)
        filename = _record(wire, camera, seconds)
    finally:
        address = parse(url).url
        for each in wire.cameras():
            if each.url == address and each.session_id not in open_before:
                wire.close(each)
    return wire.receipt(filename), config.videos / filename


def _open(wire: Wire, url: str) -> schema.Session:
    camera = wire.open(url, None)
    while camera.state == "opening":  # somebody else has just opened it
        time.sleep(POLL_S)
        camera = wire.camera(camera)
    if camera.error is not None:
        raise told(422, camera.error.code, camera.error.message)
    return camera


def _record(wire: Wire, camera: schema.Session, seconds: int) -> str:
    with asked_to_end() as reasons, recording_progress() as progress:
        recording = wire.record(camera, seconds, None)
        task = progress.add_task(camera.name, total=seconds, size="")
        while not wire.wait(recording, POLL_S):
            if reasons:
                reasons.clear()
                wire.stop_recording(recording)
            size = megabytes(recording.bytes)
            progress.update(task, completed=recording.elapsed, size=size)
    assert recording.filename is not None  # it is saved
    return recording.filename
