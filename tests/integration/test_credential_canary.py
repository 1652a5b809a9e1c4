"""A camera's user and password are found nowhere, after every kind of failure and after a success.

The test searches all that camrec returns, logs, writes and starts, and counts the places. The only
exceptions are the journal of an unfinished recording, and the file with the cameras while one of
them stays. Only their owner can read them.
"""

from __future__ import annotations

import base64
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest

from camrec.camera_registry import CAMERA_FILE_NAME
from support.cameras.mjpeg import MjpegCamera
from support.cameras.refusing import Refusing, http, rtsp_status, rtsp_without_picture, says
from support.cameras.rtsp import RtspCamera
from support.private_files import is_private
from support.served_station import started
from support.units_made import until
from support.wire import Reply, Wire

pytestmark = pytest.mark.slow(11)

USER, PASSWORD = "us3r-C4nary", "C4nary/p@ss W0rd&\"x'%é"
PAIR = f"{USER}:{PASSWORD}"
LOGIN = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}"
QUERY = f"user={quote(USER, safe='')}&pwd={quote(PASSWORD, safe='')}"


def _shapes() -> re.Pattern[bytes]:
    """What both contain whatever the escaping, and base64 at each of its three offsets."""
    coded = {base64.b64encode(PAIR.encode()).rstrip(b"=")[:-1]}
    for before in range(3):
        word = base64.b64encode(b"x" * before + b"C4nary").rstrip(b"=")
        coded.add(word[2 if before else 0 : -1] if before else word[:-1])
    plain = (b"C4nary", b"W0rd", PAIR.encode().hex().encode())
    return re.compile(b"|".join(map(re.escape, (*plain, *coded))), re.IGNORECASE)


SHAPES = _shapes()


class Search:
    """Searches for the canary, and counts the places that were searched."""

    def __init__(self) -> None:
        self.places: Counter[str] = Counter()
        self.found: list[str] = []

    def scan(self, kind: str, where: str, text: str | bytes) -> None:
        data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        self.places[kind] += 1
        if (met := SHAPES.search(data)) is not None:
            around = data[max(0, met.start() - 60) : met.end() + 60]
            self.found.append(f"{kind} {where}: {around!r}")

    def reply(self, what: str, reply: Reply) -> Reply:
        self.scan("answers", what, str(reply.headers).encode() + reply.body)
        return reply

    def processes(self, pid: int) -> int:
        children = psutil.Process(pid).children(recursive=True)
        for each in (psutil.Process(pid), *children):
            try:
                self.scan("command lines", each.name(), "\0".join(each.cmdline()))
                self.scan("environments", each.name(), "\0".join(each.environ().values()))
            except psutil.Error:
                continue
        return len(children)

    def files(self, folder: Path) -> list[Path]:
        """All files. Those that may contain it are returned: the journal's entries, and the file
        with the cameras if it does.
        """
        owed = []
        for path in folder.rglob("*"):
            self.scan("file names", str(path), str(path.relative_to(folder)))
            is_entry = path.is_file() and path.parent.name == ".journal"
            if is_entry or (path.name == CAMERA_FILE_NAME and SHAPES.search(path.read_bytes())):
                owed.append(path)
            elif path.is_file():
                self.scan("files", str(path), path.read_bytes())
        return owed


def test_the_search_for_a_credential_finds_one_in_every_form():
    search = Search()
    for shape in (
        PASSWORD,
        LOGIN,
        QUERY,
        quote(LOGIN),
        PAIR,
        base64.b64encode(PAIR.encode()).decode(),
        base64.b64encode(f"x{PAIR}".encode()).decode(),
        base64.b64encode(f"xy{PAIR}".encode()).decode(),
        PAIR.encode().hex(),
        f'Digest username="{USER}", response="0"',
    ):
        before = len(search.found)
        search.scan("shapes", shape, f"... {shape} ...")
        assert len(search.found) == before + 1, shape
    search.scan("shapes", "nothing", "rtsp://***@camera/stream canary")
    assert len(search.found) == search.places["shapes"] - 1


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    """Addresses that fail, each with the code of its error."""
    with ExitStack() as stack:

        def at(scheme: str, answer, path: str = "") -> str:
            port = stack.enter_context(Refusing(answer)).port
            return f"{scheme}://{LOGIN}@127.0.0.1:{port}/{path}"

        wrong = stack.enter_context(MjpegCamera(auth="digest", user="u", password="p"))
        basic = stack.enter_context(MjpegCamera(auth="basic", user="u", password="p"))
        challenge = 'WWW-Authenticate: Digest realm="r", nonce="n"\r\n'
        echo = f"Location: http://{LOGIN}@127.0.0.2:1/?{QUERY}\r\n"
        yield [
            (f"http://{LOGIN}@127.0.0.1:{wrong.port}/mjpeg", "camera_wrong_password"),
            (f"http://{LOGIN}@127.0.0.1:{basic.port}/mjpeg", "camera_wrong_password"),
            (at("rtsp", rtsp_status("401 Unauthorized", challenge)), "camera_wrong_password"),
            (at("rtsp", rtsp_status("404 Not Found")), "camera_no_path"),
            (at("rtsp", rtsp_status(f"503 {PAIR}")), None),
            (at("rtsp", rtsp_without_picture), None),
            (at("rtsp", says(PAIR.encode())), None),
            (at("rtsp", None, f"x?{QUERY}"), None),
            (f"rtsp://{LOGIN}@127.0.0.1:1/x", "camera_refused"),
            (f"rtsp://{LOGIN}@no-such-host.invalid/x", "camera_unknown_host"),
            (f"rtsp://{LOGIN}@127.0.0.1/%zz?{QUERY}", "camera_refused"),
            (f"rtsps://{LOGIN}@127.0.0.1:{basic.port}/x", None),
            (at("http", http(f"500 {PAIR}", body=PAIR.encode())), "camera_failed"),
            (at("http", http("302 Found", echo), f"?{QUERY}"), "camera_elsewhere"),
            (at("http", http("200 OK", body=b"<html>")), "camera_not_a_camera"),
            (at("http", says(PAIR.encode() * 99)), "camera_not_a_camera"),
            (f"http://127.0.0.1:1/video.cgi?{QUERY}", "camera_refused"),
            (f"http://{LOGIN}@127.0.0.1:1/", "camera_refused"),
            (f"http://{LOGIN}@0.0.0.0/", "address_not_allowed"),
            (f"http://{LOGIN}@bad host/", "address_characters"),
            (f"http://{LOGIN}@h:99999/", "address_host"),
            (f"ftp://{LOGIN}@127.0.0.1/", "address_scheme"),
            (f"http://{USER}:C4nary@W0rd#1@127.0.0.1:1/", "camera_refused"),
            (f"http://{USER}:C4nary@W0rd/1@127.0.0.1:1/", "address_ambiguous"),
            (f"rtsp://{USER}:C4nary@W0rd/1@", "address_ambiguous"),
        ]


def test_a_camera_credential_appears_in_no_output_file_or_command_line(bad, binaries, tmp_path):
    search = Search()
    folder = tmp_path / "here"
    settings = {"max_sessions": 64, "log_level": "debug"}
    watched = ("/session/list", "/cameras", "/metrics", "/health", "/videos", "/openapi.json", "/")
    auth = {"user": USER, "password": PASSWORD}
    with (
        RtspCamera(auth="basic", **auth) as first,
        MjpegCamera(auth="digest", **auth) as second,
        started(folder, binaries, "camrec", **settings) as served,
        ThreadPoolExecutor(len(bad)) as pool,
    ):
        wire = served.wire

        def fails(address: str) -> tuple[str | None, str]:
            reply = wire.post("/session/open", {"url": address}, Accept_Language="fr")
            return search.reply("open", reply).json().get("error", {}).get("code"), address

        failing = [pool.submit(fails, address) for address, _ in bad]
        sessions = []
        for camera in (first, second):
            body = {"url": camera.url, "stays": camera is second}
            reply = search.reply("open", wire.post("/session/open", body))
            assert reply.status == 201, reply.body
            sessions.append(reply.json()["session_id"])
        staying = reply.json()["camera_id"]
        recordings = []
        for session in sessions:
            wanted = {"session_id": session, "duration": 600}
            reply = search.reply("record", wire.post("/record/start", wanted))
            recordings.append(reply.json()["recording_id"])
        # The credential itself is in the wrong place of a request.
        for body in ({"session_id": PAIR}, {PAIR: 1}, [PAIR], {"url": [PAIR]}):
            wrong = wire.post("/session/open", body)
            assert wrong.status == 400
            search.scan("answers", "wrong body", wrong.body.replace(b"C4nary:C4nary", b""))
        until(lambda: search.processes(served.pid) >= 4)
        owed = search.files(folder)
        assert owed and all(SHAPES.search(path.read_bytes()) for path in owed)
        assert all(is_private(path) for path in owed)
        in_journal = [path for path in owed if path.name != CAMERA_FILE_NAME]
        assert len(owed) - len(in_journal) == 1
        for path in in_journal:
            assert path.parent.stat().st_mode & 0o777 == 0o700
        for path in watched:
            search.reply(path, wire.get(path))
        # The proxies are killed, and come back with their cameras.
        for proxy in wire.get("/health").json()["proxies"].values():
            psutil.Process(proxy["pid"]).kill()
        until(lambda: _live(wire, sessions), 40)
        # By now the addresses that are tried longest have failed too.
        until(lambda: sum("sends no video" in line for line in served.said))
        for session in wire.get("/session/list").json()["sessions"]:
            if session["state"] == "opening":
                search.reply("close", wire.post("/session/close", _id(session)))
        codes = [each.result()[0] for each in failing]
        for (address, wanted), code in zip(bad, codes, strict=True):
            assert code is not None and code == (wanted or code), (address, code)
        for path in (*watched, *(f"/record/status/{each}" for each in recordings)):
            search.reply(path, wire.get(path))
        search.processes(served.pid)
        for recording in recordings:
            reply = wire.post("/record/stop", {"recording_id": recording})
            assert search.reply("stop", reply).status == 200, reply.body
        reply = wire.ask("PATCH", f"/cameras/{staying}", {"stays": False})
        assert search.reply("cameras", reply).json()["stays"] is False
        for video in wire.get("/videos").json()["videos"]:
            search.reply("receipt", wire.ask("HEAD", f"/videos/{quote(video['filename'])}"))
    for line in served.said:
        search.scan("lines of the log", "", line)
    assert search.files(folder) == []
    assert search.found == []
    told = ", ".join(f"{count} {kind}" for kind, count in search.places.items())
    print(f"found 0 times in {search.places.total()} places: {told}")
    assert search.places.total() > 200
    assert set(search.places) >= {"answers", "files", "command lines", "environments"}


def _id(session: dict) -> dict:
    return {"session_id": session["session_id"]}


def _live(wire: Wire, sessions: list[str]) -> bool:
    time.sleep(0.1)
    listed = {each["session_id"]: each for each in wire.get("/session/list").json()["sessions"]}
    return all(
        listed[each]["state"] == "live" and listed[each]["viewers"] == 0 for each in sessions
    )
